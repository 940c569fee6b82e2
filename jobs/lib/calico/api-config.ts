import { load } from 'js-yaml';
import * as v from 'valibot';
import { type ApiVersion, PREFIXES, SPEC_FIELDS, type SpecField, variable } from './api-environment.ts';

/** How to reach an etcd cluster, as Calico's own tools are told. `ca`, `cert` and `key` are paths of files, or PEM. */
export interface ApiConfig {
  readonly endpoints: readonly string[];
  readonly user?: string;
  readonly password?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** A config, or what is wrong with it: one sentence without a full stop. */
export type ReadApiConfig =
  | { readonly ok: true; readonly config: ApiConfig }
  | { readonly ok: false; readonly reason: string };

interface Form {
  readonly apiVersion: string;
  readonly kind: RegExp;
  readonly datastoreType: string;
}

const FORMS: Readonly<Record<ApiVersion, Form>> = {
  v1: { apiVersion: 'v1', kind: /^calicoApiConfig$/i, datastoreType: 'etcdv2' },
  v3: { apiVersion: 'projectcalico.org/v3', kind: /^CalicoAPIConfig$/i, datastoreType: 'etcdv3' },
};

type Spec = Readonly<Partial<Record<SpecField, string>>>;

const isSpecField = (name: string): name is SpecField => Object.hasOwn(SPEC_FIELDS, name);

const fileSchema = v.object({
  apiVersion: v.string(),
  kind: v.string(),
  spec: v.record(v.string(), v.union([v.string(), v.number(), v.boolean(), v.null()])),
});

/** Reads a file of calicoctl's format (conversion reference, section 8). `place` names it in messages. */
export function parseApiConfig(text: string, version: ApiVersion, place: string): ReadApiConfig {
  const form = FORMS[version];
  const parsed = v.safeParse(fileSchema, parseYaml(text));
  if (!parsed.success) {
    return {
      ok: false,
      reason: `${place} is no CalicoAPIConfig: expected YAML with apiVersion, kind and a spec of strings`,
    };
  }
  const { apiVersion, kind, spec } = parsed.output;
  if (apiVersion !== form.apiVersion || !form.kind.test(kind)) {
    return {
      ok: false,
      reason: `${place} is a ${kind} of ${apiVersion}, expected a CalicoAPIConfig of ${form.apiVersion}`,
    };
  }
  const unknown = Object.keys(spec).filter(name => !isSpecField(name) && !/^(k8s|kubeconfig)/i.test(name));
  if (unknown.length > 0) {
    return { ok: false, reason: `${place}: spec has unknown fields: ${unknown.join(', ')}` };
  }
  const known = Object.entries(spec).filter(([name, value]) => isSpecField(name) && value !== null);
  return fromSpec(Object.fromEntries(known.map(([name, value]) => [name, String(value)])), form, place);
}

/**
 * Reads the environment: `APIV1_ETCD_ENDPOINTS` and so on for v1, `ETCD_ENDPOINTS` and so on for v3; the same with
 * `CALICO_` before it comes first.
 */
export function apiConfigFromEnvironment(env: NodeJS.ProcessEnv, version: ApiVersion): ReadApiConfig {
  const spec: Partial<Record<SpecField, string>> = {};
  for (const field of Object.keys(SPEC_FIELDS).filter(isSpecField)) {
    const value = variable(env, version, field);
    if (value !== undefined) spec[field] = value;
  }
  return fromSpec(spec, FORMS[version], `the environment (${PREFIXES[version]}ETCD_ENDPOINTS and others)`);
}

function fromSpec(spec: Spec, form: Form, place: string): ReadApiConfig {
  const type = spec.datastoreType || form.datastoreType;
  if (type !== form.datastoreType) {
    const kubernetes = type === 'kubernetes' ? ': data in the Kubernetes API moves with kdd-v1-to-v3' : '';
    return {
      ok: false,
      reason: `${place}: the datastore type is ${type}, expected ${form.datastoreType}${kubernetes}`,
    };
  }
  const endpoints = endpointsOf(spec);
  if (endpoints.length === 0) {
    return { ok: false, reason: `${place}: no etcd endpoints given, for example http://10.0.0.1:2379` };
  }
  return {
    ok: true,
    config: {
      endpoints,
      ...(spec.etcdUsername ? { user: spec.etcdUsername } : {}),
      ...(spec.etcdPassword ? { password: spec.etcdPassword } : {}),
      ...(spec.etcdCACertFile ? { ca: spec.etcdCACertFile } : {}),
      ...(spec.etcdCertFile ? { cert: spec.etcdCertFile } : {}),
      ...(spec.etcdKeyFile ? { key: spec.etcdKeyFile } : {}),
    },
  };
}

/** Endpoints come before scheme and authority, the older form. */
function endpointsOf({ etcdEndpoints, etcdScheme, etcdAuthority }: Spec): readonly string[] {
  const listed = (etcdEndpoints ?? '')
    .split(',')
    .map(endpoint => endpoint.trim())
    .filter(Boolean);
  if (listed.length > 0 || !etcdAuthority) return listed;
  return [`${etcdScheme || 'http'}://${etcdAuthority}`];
}

function parseYaml(text: string): unknown {
  try {
    return load(text);
  } catch {
    return undefined;
  }
}
