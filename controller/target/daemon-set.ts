import { isAtLeast, releaseOfNodeImage } from '../../jobs/lib/calico/calico-version.ts';
import { withoutServerFields } from '../../jobs/lib/kubernetes/clean.ts';
import type { Fields } from '../../jobs/lib/kubernetes/fields.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import type { Wanted } from '../../jobs/lib/kubernetes/wanted.ts';
import type { Component } from '../api/spec.ts';
import { componentImage, imageProblem } from './component-image.ts';
import { rewriteImages, withPullSecrets, withRegistry } from './images.ts';
import type { ManifestObject, TargetInput } from './model.ts';
import { changePodSpec, containerNamed, mapContainers, podSpecOf, withEnv } from './pod-spec.ts';

/** The components that are containers of the DaemonSet. */
const CONTAINERS = [
  { name: 'calico-node', component: 'node' },
  { name: 'install-cni', component: 'cni' },
] as const satisfies readonly { readonly name: string; readonly component: Component }[];

export type WantedDaemonSet = { readonly wanted: Wanted } | { readonly problems: readonly string[] };

/**
 * The DaemonSet of the target: that of the manifests, or the present one with other images. Components that are not to be changed keep
 * what they have.
 */
export function wantedDaemonSet(input: TargetInput, manifest: ManifestObject | undefined): WantedDaemonSet {
  const { daemonSet: live, spec } = input;
  if (live && !CONTAINERS.some(({ component }) => spec.components.includes(component))) {
    return { wanted: { object: live, base: live } };
  }
  if (manifest) return fromManifest(input, manifest);
  return live
    ? fromLive(input, live)
    : {
        problems: [
          'there is no DaemonSet calico-node or canal to change, and none in spec.manifests. Give the manifests of the release',
        ],
      };
}

function fromLive(input: TargetInput, live: KubeObject): WantedDaemonSet {
  const { spec } = input;
  const images = CONTAINERS.flatMap(({ name, component }) => {
    const container = containerNamed(podSpecOf(live), name);
    const isChanged = container !== undefined && spec.components.includes(component);
    return isChanged
      ? [{ name, component, image: componentImage(input, component, String(container.image)) }]
      : [];
  });
  const unknown = images.filter(({ image }) => image === undefined).map(({ component }) => component);
  if (unknown.length > 0) return { problems: [imageProblem(input.target, unknown)] };
  const { status: _, ...object } = withoutServerFields(live);
  const change = (container: Fields): Fields => {
    const known = images.find(({ name }) => name === container.name);
    if (known) return { ...withOwnEnv(input, container), image: known.image };
    return isComponent(container) ? container : inRegistry(container, spec.registry);
  };
  const changed = changePodSpec(object, podSpec => ({
    ...withPullSecrets(mapContainers(podSpec, change), spec.imagePullSecrets),
    ...(is3OrLater(input) && { terminationGracePeriodSeconds: 0 }),
  }));
  return { wanted: { object: changed, base: live } };
}

const isComponent = (container: Fields): boolean => CONTAINERS.some(({ name }) => name === container.name);

const inRegistry = (container: Fields, registry: string | undefined): Fields => ({
  ...container,
  image: withRegistry(String(container.image), registry),
});

/** Of calico-node itself; what its API server adds by default is there already, so that it is the same when read again. */
const NODE_REFERENCE: Fields = {
  name: 'CALICO_K8S_NODE_REF',
  valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } },
};

const is3OrLater = ({ spec, target }: TargetInput): boolean =>
  spec.components.includes('node') && isAtLeast(target, '3.0.0');

/** What 3.0 needs (components reference, section 2.1), and what the spec adds. */
function withOwnEnv(input: TargetInput, container: Fields): Fields {
  if (container.name !== 'calico-node') return container;
  return withEnv(container, [...(is3OrLater(input) ? [NODE_REFERENCE] : []), ...input.spec.env]);
}

function fromManifest(input: TargetInput, { object, source }: ManifestObject): WantedDaemonSet {
  const problems = manifestProblems(input, { object, source });
  if (problems.length > 0) return { problems };
  const { daemonSet: live, spec } = input;
  const present = podSpecOf(live ?? object);
  const change = (container: Fields): Fields => {
    const known = CONTAINERS.find(({ name }) => name === container.name);
    if (!known) return container;
    if (!spec.components.includes(known.component)) return containerNamed(present, known.name) ?? container;
    const own = known.component === 'node' ? withEnv(container, spec.env) : container;
    const image = spec.images[known.component];
    return image === undefined ? own : { ...own, image };
  };
  // First the registry: images that are said are used as they are written.
  const rewritten = rewriteImages(object, spec);
  return { wanted: { object: changePodSpec(rewritten, podSpec => mapContainers(podSpec, change)), source } };
}

function manifestProblems(
  { daemonSet: live, spec, target }: TargetInput,
  { object, source }: ManifestObject,
): readonly string[] {
  const image = String(containerNamed(podSpecOf(object), 'calico-node')?.image);
  const release = releaseOfNodeImage(image);
  const isOther = release !== undefined && release !== target;
  const isSaid = spec.images.node !== undefined || !spec.components.includes('node');
  const name = object.metadata.name;
  return [
    ...(isOther && !isSaid
      ? [
          `${source} has ${image}, which is Calico ${release}, and spec.targetVersion is ${target}. Give the manifests of ${target}, or correct targetVersion`,
        ]
      : []),
    ...(live && live.metadata.name !== name
      ? [
          `${source} has a DaemonSet ${name}, and the cluster has ${live.metadata.name}: both would run on every node. Give the manifests of the same kind of install`,
        ]
      : []),
  ];
}
