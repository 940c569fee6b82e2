import type { CrdKind } from './crd.ts';
import { type Fields, recordsOf } from './fields.ts';
import { isRecord, type KubeObject } from './object.ts';

/** A CustomResourceDefinition in the other version of its API. */
export function crdInForm(object: KubeObject, apiVersion: string): KubeObject {
  const spec = isRecord(object.spec) ? object.spec : {};
  return { ...object, apiVersion, spec: apiVersion.endsWith('/v1') ? toV1(spec) : toV1beta1(spec) };
}

/** In v1, what was once for all versions is with each, and each has a schema. */
function toV1(spec: Fields): Fields {
  const {
    version,
    versions,
    validation,
    subresources,
    additionalPrinterColumns,
    preserveUnknownFields: _,
    ...rest
  } = spec;
  const given = recordsOf(versions);
  const all = given.length > 0 ? given : [{ name: version, served: true, storage: true }];
  const shared = { subresources, additionalPrinterColumns };
  const versionsOfV1 = all.map(one => {
    const { schema = validation, additionalPrinterColumns: columns, ...fields } = { ...shared, ...one };
    return defined({
      ...fields,
      schema: withoutLimits(schema),
      additionalPrinterColumns: columns && recordsOf(columns).map(inV1),
    });
  });
  return { ...rest, versions: versionsOfV1 };
}

const inV1 = ({ JSONPath, ...column }: Fields): Fields => defined({ ...column, jsonPath: JSONPath });

const defined = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** v1beta1 keeps fields that the schema does not have. */
function withoutLimits(schema: unknown): Fields {
  const { openAPIV3Schema } = isRecord(schema) ? schema : {};
  const given = isRecord(openAPIV3Schema) ? openAPIV3Schema : {};
  return { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, ...given } };
}

/** As Kubernetes 1.7 takes it: without schema, subresources and columns. Of several versions the stored one comes first. */
function toV1beta1({ versions, ...rest }: Fields): Fields {
  const all = recordsOf(versions).map(({ name, served, storage }) => ({ name, served, storage }));
  const stored = all.find(({ storage }) => storage === true) ?? all[0];
  return { ...rest, version: stored?.name, ...(all.length > 1 && { versions: all }) };
}

/** The kinds that a CustomResourceDefinition defines, one for each version that it serves. */
export function kindsOfCrd({ spec }: KubeObject): readonly CrdKind[] {
  if (!isRecord(spec) || !isRecord(spec.names)) return [];
  const { kind, plural, singular } = spec.names;
  const given = recordsOf(spec.versions).filter(({ served }) => served !== false);
  const versions = given.length > 0 ? given.map(({ name }) => name) : [spec.version];
  return versions.map(version => ({
    group: String(spec.group),
    version: String(version),
    kind: String(kind),
    plural: String(plural),
    singular: String(singular ?? String(kind).toLowerCase()),
    namespaced: spec.scope === 'Namespaced',
  }));
}
