import { type Converted, type Problem, problemText } from '../../../../jobs/lib/calico/problem.ts';
import { TPR_KINDS, type TprKind } from '../../../../jobs/lib/calico/tpr-kinds.ts';
import type { KubeObject, ObjectMeta } from '../../../../jobs/lib/kubernetes/object.ts';

/** The kind by the name of its TPR kind, such as `IpPool`. */
export function kindNamed(name: string): TprKind {
  const kind = TPR_KINDS.find(({ tpr }) => tpr.kind === name);
  if (kind === undefined) throw new RangeError(name);
  return kind;
}

/** An object as a 1.7 API server returns it. */
export function tprObject(
  kind: TprKind,
  name: string,
  spec: unknown,
  metadata: Partial<ObjectMeta> = {},
): KubeObject {
  return {
    apiVersion: `${kind.tpr.group}/v1`,
    kind: kind.tpr.kind,
    metadata: {
      name,
      namespace: 'kube-system',
      uid: '0f3c5d5e-7ae4-11e7-a000-0242ac110002',
      resourceVersion: '1201',
      creationTimestamp: '2017-08-01T09:00:00Z',
      selfLink: `/apis/${kind.tpr.group}/v1/namespaces/kube-system/${kind.tpr.plural}/${name}`,
      ...metadata,
    },
    ...(spec !== undefined && { spec }),
  };
}

/** The problems as they are shown, or the text `converted`. */
export function problemsOf(result: Converted<unknown>): string[] {
  return result.ok ? ['converted'] : texts(result.problems);
}

export function texts(problems: readonly Problem[]): string[] {
  return problems.map(problemText);
}

/** The problems' fields and reasons, without what is the same in every line. */
export function reasonsOf(result: Converted<unknown>): string[] {
  return result.ok ? ['converted'] : result.problems.map(({ field, reason }) => `${field} ${reason}`);
}

export function objectOf<T>(result: Converted<T>): T {
  if (!result.ok) throw new Error(texts(result.problems).join('\n'));
  return result.value;
}

export function notesOf(result: Converted<unknown>): string[] {
  return result.ok ? result.notes.map(({ reason }) => reason) : ['refused'];
}
