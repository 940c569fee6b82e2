import { isAtLeast } from '../../jobs/lib/calico/calico-version.ts';
import { controllerName } from '../../jobs/lib/calico/networkpolicy/running-semantics.ts';
import { withoutServerFields } from '../../jobs/lib/kubernetes/clean.ts';
import { type Fields, fieldsOf, recordsOf } from '../../jobs/lib/kubernetes/fields.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import type { Wanted } from '../../jobs/lib/kubernetes/wanted.ts';
import { type Classified, NEW_CONTROLLER, OLD_CONTROLLER } from './classify.ts';
import { componentImage, imageProblem } from './component-image.ts';
import { rewriteImages, withPullSecrets } from './images.ts';
import type { ManifestObject, ObjectName, TargetInput } from './model.ts';
import { changePodSpec, mapContainers, podSpecOf, withEnv } from './pod-spec.ts';
import { renamedController } from './renamed-controller.ts';

/** What becomes of the controllers. */
export interface WantedControllers {
  readonly wanted: Wanted | undefined;
  readonly retired: readonly ObjectName[];
  /** What an old controller leaves behind. */
  readonly remove: readonly ObjectName[];
}

const NONE: WantedControllers = { wanted: undefined, retired: [], remove: [] };

/** The release in which kube-controllers take the place of the policy controller (components reference, section 3). */
const FIRST_KUBE_CONTROLLERS = '2.6.0';

/** The one controller of the target: that of the manifests, or the present one changed. Only an etcd datastore has one without manifests. */
export function wantedControllers(
  input: TargetInput,
  { kubeControllers: manifest }: Pick<Classified, 'kubeControllers'>,
): WantedControllers | { readonly problems: readonly string[] } {
  if (!input.spec.components.includes('kubeControllers')) return NONE;
  if (manifest) {
    const isRenamed = manifest.object.metadata.name === NEW_CONTROLLER;
    return { wanted: fromManifest(input, manifest), ...(isRenamed ? oldOf(input) : NO_OLD) };
  }
  const isRenamed = isAtLeast(input.target, FIRST_KUBE_CONTROLLERS);
  const source = presentController(input, isRenamed);
  if (!source || input.install.datastore !== 'etcd') return NONE;
  const image = componentImage(input, 'kubeControllers', imageOf(source));
  if (image === undefined) return { problems: [imageProblem(input.target, ['kubeControllers'])] };
  const wanted = changed(input, source, image);
  return { wanted, ...(isRenamed ? oldOf(input) : NO_OLD) };
}

const NO_OLD = { retired: [], remove: [] };

/** What the controller is made from: never the old one where the new one is there. */
function presentController({ controllers }: TargetInput, isRenamed: boolean): KubeObject | undefined {
  const named = (name: string, kind: string) =>
    controllers.find(one => one.metadata.name === name && one.kind === kind);
  const old = named(OLD_CONTROLLER, 'Deployment');
  if (!isRenamed) return old;
  return named(NEW_CONTROLLER, 'Deployment') ?? old ?? named(OLD_CONTROLLER, 'ReplicaSet');
}

const imageOf = (object: KubeObject): string => String(recordsOf(podSpecOf(object)?.containers)[0]?.image);

function changed(input: TargetInput, source: KubeObject, image: string): Wanted {
  const { status: _, ...present } = withoutServerFields(source);
  const isRenamed = isAtLeast(input.target, FIRST_KUBE_CONTROLLERS);
  const isNew = isRenamed && source.metadata.name !== NEW_CONTROLLER;
  const object = changePodSpec(single(isNew ? renamedController(present) : present), podSpec =>
    withPullSecrets(
      mapContainers(podSpec, container => ({ ...withControllers(input, container), image })),
      input.spec.imagePullSecrets,
    ),
  );
  return isNew ? { object } : { object, base: source };
}

/** Two at work would undo what the other does. */
function single(object: KubeObject): KubeObject {
  const spec = { ...fieldsOf(object.spec), replicas: 1, strategy: { type: 'Recreate' } };
  return { ...object, spec };
}

/** 3.0 names its controllers (components reference, section 2.1). */
function withControllers({ target }: TargetInput, container: Fields): Fields {
  const isNamed = recordsOf(container.env).some(({ name }) => name === 'ENABLED_CONTROLLERS');
  if (isNamed || !isAtLeast(target, '3.0.0')) return container;
  const value = 'policy,profile,workloadendpoint,node';
  return withEnv(container, [{ name: 'ENABLED_CONTROLLERS', value }]);
}

function fromManifest({ spec }: TargetInput, { object, source }: ManifestObject): Wanted {
  const said = spec.images.kubeControllers;
  const withImage = (container: Fields): Fields =>
    said !== undefined && controllerName(String(container.image)) ? { ...container, image: said } : container;
  const rewritten = rewriteImages(object, spec);
  return { object: changePodSpec(rewritten, podSpec => mapContainers(podSpec, withImage)), source };
}

const RBAC = 'rbac.authorization.k8s.io/v1beta1';

/** The old controller, and what it leaves behind. */
function oldOf({ controllers, from }: TargetInput): Pick<WantedControllers, 'retired' | 'remove'> {
  const retired = controllers
    .filter(({ metadata }) => metadata.name === OLD_CONTROLLER)
    .map(({ apiVersion = '', kind = '', metadata: { name, namespace } }) => ({
      ...{ apiVersion, kind, name },
      ...(namespace !== undefined && { namespace }),
    }));
  if (isAtLeast(from, FIRST_KUBE_CONTROLLERS)) return { retired, remove: retired };
  const name = OLD_CONTROLLER;
  const rights: readonly ObjectName[] = [
    { apiVersion: RBAC, kind: 'ClusterRoleBinding', name },
    { apiVersion: RBAC, kind: 'ClusterRole', name },
    { apiVersion: 'v1', kind: 'ServiceAccount', name, namespace: 'kube-system' },
  ];
  return { retired, remove: [...retired, ...rights] };
}
