import * as v from 'valibot';
import { calicoRelease } from '../../jobs/lib/calico/calico-version.ts';
import { isRecord } from '../../jobs/lib/kubernetes/object.ts';
import { messagesOf } from './issues.ts';

const name = v.pipe(v.string(), v.nonEmpty('must not be empty'));

/** Fields and no others; valibot alone would take a list for an object that has none of them. */
const fields = <E extends v.ObjectEntries>(entries: E) =>
  v.pipe(v.unknown(), v.check(isRecord, 'must have fields'), v.strictObject(entries));

/** Steps and their texts have their place in the status, which must stay small. */
const MOST_SOURCES = 32;

const few = <S extends v.GenericSchema>(entry: S) =>
  v.pipe(v.array(entry), v.maxLength(MOST_SOURCES, `must have ${MOST_SOURCES} entries at most`));

const release = v.pipe(
  v.string('must be a release of Calico as text, such as v2.6.12'),
  v.check(text => calicoRelease(text) !== undefined, 'must be a release of Calico, such as v2.6.12'),
  v.transform(text => calicoRelease(text) ?? text),
);

/** A day: more is a mistake, and timers cannot count some weeks. */
const MOST_SECONDS = 86_400;

const secondsFrom = (least: number) =>
  v.pipe(
    v.number('must be a number'),
    v.minValue(least, `must be ${least} or more`),
    v.maxValue(MOST_SECONDS, `must be ${MOST_SECONDS} or less`),
  );

const NODE_COUNT = 'must be a whole number from 1 on, or a percentage from "1%" to "100%"';

/** A number of nodes, or a share of them. */
const nodeCount = v.union(
  [
    v.pipe(v.number(), v.integer(NODE_COUNT), v.minValue(1, NODE_COUNT)),
    v.pipe(v.string(), v.regex(/^(100|[1-9]\d?)%$/, NODE_COUNT)),
  ],
  NODE_COUNT,
);

const sourceEntries = {
  /** A ConfigMap in the namespace of the controller. */
  configMap: name,
  /** The keys to apply, in this order; all of them in the order of their names unless given. */
  keys: v.optional(v.array(name)),
};

const manifestSource = fields(sourceEntries);

const waitTarget = fields({
  kind: v.picklist(
    ['CustomResourceDefinition', 'ThirdPartyResource', 'Deployment', 'DaemonSet'],
    'must be CustomResourceDefinition, ThirdPartyResource, Deployment or DaemonSet',
  ),
  name,
  namespace: v.optional(name),
});

const addOn = fields({
  ...sourceEntries,
  /** What must be there before the next one is applied, beside what the manifest itself defines. */
  waitFor: v.optional(v.array(waitTarget), []),
});

const envVariable = fields({ name, value: v.string('must be text: write numbers in quotes') });

const rollout = fields({
  /** How many nodes may be without a Ready calico-node at once, for whatever reason. */
  maxUnavailable: v.optional(nodeCount, 1),
  /** How many nodes that are not Ready are left out, before it counts as a trouble of the cluster. */
  maxSkipped: v.optional(nodeCount, '10%'),
  order: v.optional(v.picklist(['name', 'label'], 'must be name or label'), 'name'),
  /** The label that `order: label` sorts by. */
  orderLabel: v.optional(name),
  /** Only nodes with these labels. */
  selector: v.optional(
    v.pipe(v.unknown(), v.check(isRecord, 'must have fields'), v.record(v.string(), v.string())),
    {},
  ),
  /** Never two nodes at once that have the same value of this label. */
  spread: v.optional(name),
  minSecondsBetweenNodes: v.optional(secondsFrom(0), 0),
  /** From the deletion of a pod to its successor Ready with BGP (components reference, section 5). */
  gracefulRestartSeconds: v.optional(secondsFrom(1), 90),
  onFailure: v.optional(v.picklist(['Pause', 'Rollback'], 'must be Pause or Rollback'), 'Pause'),
  bgpCheck: v.optional(v.boolean('must be true or false'), true),
  /** How many nodes pull images at once, ahead of their turn. */
  prePullParallel: v.optional(
    v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(1, 'must be 1 or more')),
    5,
  ),
  prePullSeconds: v.optional(secondsFrom(1), 600),
});

const APPROVALS = ['complete', 'clean-up'] as const;
const COMPONENTS = ['node', 'cni', 'kubeControllers'] as const;

const specSchema = v.pipe(
  fields({
    /** The release to go to. */
    targetVersion: release,
    /** The release that runs, where nothing in the cluster tells it. */
    fromVersion: v.optional(release),
    components: v.optional(
      v.pipe(
        v.array(v.picklist(COMPONENTS, `must be one of ${COMPONENTS.join(', ')}`)),
        v.minLength(1, 'must name a component, or be left out for all'),
      ),
      [...COMPONENTS],
    ),
    /** Images in the place of those of the release, used as they are written. */
    images: v.optional(
      fields({
        node: v.optional(name),
        cni: v.optional(name),
        kubeControllers: v.optional(name),
        job: v.optional(name),
      }),
      {},
    ),
    /** Takes the place of the registry in the name of every image, such as `registry.example.com` or `registry.example.com/mirror`. */
    registry: v.optional(
      v.pipe(
        v.string(),
        v.regex(
          /^[a-z0-9](?!.*:\/\/)[a-z0-9.:/_-]*[a-z0-9]$/,
          'must be a registry without https://, such as registry.example.com',
        ),
      ),
    ),
    imagePullSecrets: v.optional(v.array(fields({ name })), []),
    /** Manifests of the target; unless given, what is installed is changed to the target. */
    manifests: v.optional(few(manifestSource), []),
    /** Further variables of calico-node. */
    env: v.optional(v.array(envVariable), []),
    backup: v.optional(v.picklist(['configmap', 'none'], 'must be configmap or none'), 'configmap'),
    rollout: v.optional(rollout, {}),
    verify: v.optional(
      fields({
        /** Two pods on different nodes reach each other. */
        connectivityProbe: v.optional(v.boolean('must be true or false'), false),
      }),
      {},
    ),
    addOns: v.optional(few(addOn), []),
    /** The steps that somebody agrees to: they delete, or cannot be undone. */
    approvals: v.optional(v.array(v.picklist(APPROVALS, `must be one of ${APPROVALS.join(', ')}`)), []),
    paused: v.optional(v.boolean('must be true or false'), false),
    rollback: v.optional(v.boolean('must be true or false'), false),
    /** Any other value than before goes on after a stop. */
    resume: v.optional(v.union([v.string(), v.number()], 'must be text or a number'), ''),
  }),
  v.forward(
    v.check(
      ({ rollout: { order, orderLabel } }) => order !== 'label' || orderLabel !== undefined,
      'must be given with order: label',
    ),
    ['rollout', 'orderLabel'],
  ),
);

export type UpgradeSpec = v.InferOutput<typeof specSchema>;
export type RolloutSpec = UpgradeSpec['rollout'];
export type ManifestSource = v.InferOutput<typeof manifestSource>;
export type AddOn = v.InferOutput<typeof addOn>;
export type WaitTarget = v.InferOutput<typeof waitTarget>;
export type Component = (typeof COMPONENTS)[number];
export type Approval = (typeof APPROVALS)[number];

/** The spec with its defaults, or a sentence for each field that is wrong, which names the field. */
export function readSpec(
  spec: unknown,
): { readonly spec: UpgradeSpec } | { readonly problems: readonly string[] } {
  const parsed = v.safeParse(specSchema, spec ?? {});
  return parsed.success ? { spec: parsed.output } : { problems: messagesOf(parsed.issues) };
}

/** The limits of a rollout where nobody says any. */
export const defaultRollout = (): RolloutSpec => v.parse(rollout, {});
