import { type Failure, refused } from '../run/failure.ts';
import { crdInForm } from './crd-form.ts';
import type { Kinds } from './kinds.ts';
import { isRecord, type KubeObject, objectKey } from './object.ts';
import { apiVersionOf, type Resource } from './resource.ts';
import type { Wanted } from './wanted.ts';

const rbac = ['v1', 'v1beta1', 'v1alpha1'].map(version => `rbac.authorization.k8s.io/${version}`);
const apps = ['apps/v1', 'apps/v1beta2'];

/** The versions of kinds that show the same objects, the newest first. */
const FORMS: Readonly<Record<string, readonly string[]>> = {
  ClusterRole: rbac,
  ClusterRoleBinding: rbac,
  Role: rbac,
  RoleBinding: rbac,
  CustomResourceDefinition: ['apiextensions.k8s.io/v1', 'apiextensions.k8s.io/v1beta1'],
  CronJob: ['batch/v1', 'batch/v1beta1', 'batch/v2alpha1'],
  DaemonSet: [...apps, 'extensions/v1beta1'],
  Deployment: [...apps, 'apps/v1beta1', 'extensions/v1beta1'],
  NetworkPolicy: ['networking.k8s.io/v1', 'extensions/v1beta1'],
  PodDisruptionBudget: ['policy/v1', 'policy/v1beta1'],
  PodSecurityPolicy: ['policy/v1beta1', 'extensions/v1beta1'],
  ReplicaSet: [...apps, 'extensions/v1beta1'],
  StatefulSet: [...apps, 'apps/v1beta1'],
};

const WORKLOADS = ['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'];

/** A kind as the API server has it, and the object in that form. */
export interface ServedForm {
  readonly resource: Resource;
  readonly wanted: Wanted;
  /** The object with what its own form had by default, and the served one has not: for its creation. */
  readonly asNew: KubeObject;
}

/** The versions that a kind may be served in, the one that is written first. */
const formsOf = (apiVersion: string, kind: string): readonly string[] =>
  FORMS[kind]?.includes(apiVersion) ? [apiVersion, ...FORMS[kind]] : [apiVersion];

/** The kind in the version that is written where the server has that, else in the newest that it has; undefined without one. */
export async function servedKind(
  kinds: Kinds,
  apiVersion: string,
  kind: string,
): Promise<Resource | undefined> {
  for (const form of formsOf(apiVersion, kind)) {
    const resource = await kinds.resourceOf(form, kind);
    if (resource) return resource;
  }
  return undefined;
}

/** The object in the form of `servedKind`. Throws a refusal that names the object and its source where the kind is not served. */
export async function servedForm(kinds: Kinds, wanted: Wanted): Promise<ServedForm> {
  const { apiVersion = '', kind = '' } = wanted.object;
  const resource = await servedKind(kinds, apiVersion, kind);
  if (!resource) throw unknownKind(wanted);
  const form = apiVersionOf(resource);
  const object = inForm(wanted.object, form);
  const base = wanted.base && { base: inForm(wanted.base, form) };
  return { resource, wanted: { ...wanted, object, ...base }, asNew: withOldDefaults(object, apiVersion) };
}

function unknownKind({ object, source }: Wanted): Failure {
  const { apiVersion = '', kind = '', metadata } = object;
  const from = source ? ` (${source})` : '';
  const others = formsOf(apiVersion, kind).slice(1);
  const nowhere = others.length > 0 ? `, and in none of ${others.join(', ')}` : '';
  return refused(
    `${kind} ${objectKey(object)}${from} is of ${apiVersion}, and this API server serves no ${kind} there${nowhere}. Apply what defines ${metadata.name} first, or correct apiVersion and kind`,
  );
}

function inForm(object: KubeObject, apiVersion: string): KubeObject {
  if (object.apiVersion === apiVersion) return object;
  if (object.kind === 'CustomResourceDefinition') return crdInForm(object, apiVersion);
  if (!WORKLOADS.includes(object.kind ?? '') || !isRecord(object.spec)) return { ...object, apiVersion };
  // Only extensions/v1beta1 and apps/v1beta1 have these.
  const { templateGeneration: _, rollbackTo: __, ...spec } = object.spec;
  return { ...object, apiVersion, spec };
}

/** Up to apps/v1beta1 a selector comes from the template, and in extensions/v1beta1 a DaemonSet is OnDelete. */
function withOldDefaults(object: KubeObject, written: string): KubeObject {
  if (object.apiVersion === written || !isRecord(object.spec)) return object;
  if (!WORKLOADS.includes(object.kind ?? '')) return object;
  const { template } = object.spec;
  const metadata = isRecord(template) && isRecord(template.metadata) ? template.metadata : {};
  const isOnDelete = object.kind === 'DaemonSet' && written === 'extensions/v1beta1';
  const defaults = {
    selector: { matchLabels: metadata.labels },
    ...(isOnDelete && { updateStrategy: { type: 'OnDelete' } }),
  };
  return { ...object, spec: { ...defaults, ...object.spec } };
}
