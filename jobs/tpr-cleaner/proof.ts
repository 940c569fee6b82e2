import { type ConvertedObject, convertTprs } from '../lib/calico/convert.ts';
import { type Difference, differences, differenceText } from '../lib/calico/diff.ts';
import { isRewrittenByNodes } from '../lib/calico/made-by-node.ts';
import { crdText, tprText } from '../lib/calico/object-text.ts';
import { problemText } from '../lib/calico/problem.ts';
import { CALICO_NAMESPACE, TPR_KINDS, type TprKind } from '../lib/calico/tpr-kinds.ts';
import type { ObjectsByPlural } from '../lib/kubernetes/list-kinds.ts';
import { isBeingDeleted, type KubeObject } from '../lib/kubernetes/object.ts';
import { resourceName } from '../lib/kubernetes/resource.ts';
import type { Tprs } from '../lib/kubernetes/tprs.ts';

/** Whether everything that is going to be destroyed has its equal copy. */
export interface Proof {
  /** By name of the ThirdPartyResource: how many objects have their equal copy. */
  readonly proved: ReadonlyMap<string, number>;
  /** A line for each object that has none, with what to do. Unless this is empty nothing must be deleted. */
  readonly problems: readonly string[];
  /** Copies that differ in what every node rewrites when it starts. */
  readonly rewritten: readonly string[];
}

/** The releases whose form of an object counts as a copy: from 2.6 on policies have types. */
const FORMS = ['2.5.0', '2.6.0'] as const;

/**
 * Compares each object of a ThirdPartyResource, of any namespace, with the CRD object that takes its place (tpr-to-crd
 * reference, section 4). An object that cannot be converted, or that Calico never read, has no copy.
 */
export function prove(instances: Tprs['instances'], existing: ObjectsByPlural): Proof {
  const [first, second] = FORMS.map(targetVersion => convertTprs(instances, { targetVersion }));
  const others = new Map(second?.objects.map(converted => [keyOf(converted), converted]));
  const verdicts = (first?.objects ?? []).map(converted => {
    const other = others.get(keyOf(converted));
    const found = existing
      .get(converted.kind.crd.plural)
      ?.find(({ metadata }) => metadata.name === converted.object.metadata.name);
    return { converted, ...judge(converted, other ? [converted, other] : [converted], found) };
  });
  const strays = TPR_KINDS.flatMap(kind => strayLines(kind, instances.get(kind.tprName) ?? []));
  return {
    proved: new Map(
      TPR_KINDS.map(kind => [
        kind.tprName,
        verdicts
          .filter(({ converted, problem }) => converted.kind === kind && !problem)
          .reduce((sum, { converted }) => sum + 1 + converted.duplicates.length, 0),
      ]),
    ),
    problems: [
      ...(first?.problems ?? []).map(problemText),
      ...verdicts.flatMap(({ problem }) => problem ?? []),
      ...strays,
    ],
    rewritten: verdicts.flatMap(({ rewritten }) => rewritten ?? []),
  };
}

const keyOf = ({ kind, object }: ConvertedObject): string => `${kind.crd.plural} ${object.metadata.name}`;

interface Verdict {
  readonly problem?: string;
  readonly rewritten?: string;
}

function judge(
  { kind, source, object, ...rest }: ConvertedObject,
  forms: readonly ConvertedObject[],
  existing: KubeObject | undefined,
): Verdict {
  const [old, copy] = [tprText(kind, source), crdText(kind, object)];
  if (!existing) {
    return {
      problem: `${old}: has no copy, ${copy} is missing. Copy it (tpr-to-crd --force calico-version), or delete it if nobody needs it: ${deleteOld(kind, source)}`,
    };
  }
  if (isBeingDeleted(existing)) return { problem: `${old}: its copy ${copy} is being deleted` };
  const found = forms
    .map(form => differences(kind, existing, form.object))
    .reduce((least, next) => (next.length < least.length ? next : least));
  if (found.length === 0) return {};
  const text = found.map(differenceText).join('; ');
  if (isRewrittenByNodes({ kind, source, object, ...rest }) && found.every(isNewValue)) {
    return { rewritten: `${copy}: every node rewrites it when it starts (${text})` };
  }
  return {
    problem: `${old}: its copy ${copy} differs (${text}). If the copy is right, delete the old object: ${deleteOld(kind, source)}`,
  };
}

const isNewValue = ({ field, found }: Difference): boolean =>
  field === 'spec.value' && typeof found === 'string' && found !== '';

function strayLines(kind: TprKind, objects: readonly KubeObject[]): readonly string[] {
  return objects
    .filter(({ metadata }) => metadata.namespace !== CALICO_NAMESPACE)
    .map(
      object =>
        `${tprText(kind, object)}: has no copy, as Calico reads namespace ${CALICO_NAMESPACE} only, and would be destroyed with the others. If nobody needs it: ${deleteOld(kind, object)}`,
    );
}

/** The command that deletes one old object. The full name of the kind, because kubectl 1.7 mixes up short ones. */
const deleteOld = (kind: TprKind, { metadata }: KubeObject): string =>
  `kubectl -n ${metadata.namespace} delete ${resourceName(kind.tpr)} ${metadata.name}`;
