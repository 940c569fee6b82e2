import { type Fields, fieldsOf } from '../../jobs/lib/kubernetes/fields.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import type { Wanted } from '../../jobs/lib/kubernetes/wanted.ts';
import { type Classified, classify } from './classify.ts';
import { wantedControllers } from './controllers.ts';
import { wantedDaemonSet } from './daemon-set.ts';
import { withFingerprint } from './fingerprint.ts';
import { rewriteImages } from './images.ts';
import type { TargetInput, TargetResult } from './model.ts';
import { changeTemplate } from './pod-spec.ts';
import { rightsOf } from './rights.ts';
import { sortForApply } from './sort.ts';
import { strategyOf, whileRolling } from './strategy.ts';

/**
 * What the cluster shall have, of what it has and what is asked for (components reference); or what is wrong, a sentence each.
 * Asked again in the middle of an upgrade, it says the same.
 */
export function targetOf(input: TargetInput): TargetResult {
  const classified = classify(input.manifests);
  if ('problem' in classified) return { problems: [classified.problem] };
  const daemonSet = wantedDaemonSet(input, classified.daemonSet);
  const controllers = wantedControllers(input, classified);
  if ('problems' in daemonSet || 'problems' in controllers) {
    const all = [daemonSet, controllers];
    return { problems: all.flatMap(one => ('problems' in one ? one.problems : [])) };
  }
  const finalStrategy = finalStrategyOf(input, classified);
  const rights = rightsOf(input, controllers.wanted !== undefined, daemonSet.wanted.object);
  const rest = classified.rest.map(({ object, source }) => ({
    object: rewriteImages(object, input.spec),
    source,
  }));
  return {
    target: {
      objects: [
        ...rights.whileUpgrading.map(asWanted),
        ...sortForApply([...rights.before.map(asWanted), ...rest]),
      ],
      daemonSet: rolling(input, daemonSet.wanted, finalStrategy),
      finalStrategy,
      kubeControllers: controllers.wanted,
      retired: controllers.retired,
      afterwards: {
        apply: rights.afterwards.map(asWanted),
        remove: [...rights.remove, ...controllers.remove],
      },
    },
  };
}

const asWanted = (object: KubeObject): Wanted => ({ object });

function finalStrategyOf({ daemonSet }: TargetInput, { daemonSet: manifest }: Classified): Fields {
  return strategyOf(manifest?.object) ?? strategyOf(daemonSet) ?? { type: 'OnDelete' };
}

/** The DaemonSet as it is while nodes are replaced; as it was where it is not to be changed. */
function rolling(input: TargetInput, wanted: Wanted, finalStrategy: Fields): Wanted {
  if (wanted.object === wanted.base) return wanted;
  const data = configMapData(input);
  const object = changeTemplate(wanted.object, template => withFingerprint(template, data));
  return { ...wanted, object: whileRolling(object, finalStrategy) };
}

/** What the pods read: the ConfigMap of the manifests, else the present one. */
function configMapData({ configMap, manifests }: TargetInput): Fields {
  const names = configMap ? [configMap.metadata.name] : ['calico-config', 'canal-config'];
  const given = manifests.find(
    ({ object }) => object.kind === 'ConfigMap' && names.includes(object.metadata.name),
  );
  return fieldsOf((given?.object ?? configMap)?.data);
}
