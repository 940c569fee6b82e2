import * as v from 'valibot';

/** Labels of a pod or a namespace. */
export type Labels = Readonly<Record<string, string>>;

/** A label selector in one form: all requirements have to hold, so none at all selects everything. */
export type LabelSelector = readonly Requirement[];

interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values: readonly string[];
}

/** A LabelSelector as API servers store it; they take null for `{}` (networkpolicy reference, section 4). */
export const labelSelectorSchema = v.pipe(
  v.nullish(
    v.object({
      matchLabels: v.nullish(v.record(v.string(), v.string()), {}),
      matchExpressions: v.nullish(
        v.array(
          v.object({
            key: v.string(),
            operator: v.picklist(['In', 'NotIn', 'Exists', 'DoesNotExist']),
            values: v.nullish(v.array(v.string()), []),
          }),
        ),
        [],
      ),
    }),
    {},
  ),
  v.transform(({ matchLabels = {}, matchExpressions = [] }): LabelSelector => {
    const equal = Object.entries(matchLabels ?? {}).map(([key, value]): Requirement => {
      return { key, operator: 'In', values: [value] };
    });
    return [...equal, ...(matchExpressions ?? [])];
  }),
);

/** Whether a selector selects an object with these labels. */
export function selects(selector: LabelSelector, labels: Labels): boolean {
  return selector.every(requirement => holds(requirement, labels));
}

/** NotIn also holds where the label is missing, for Kubernetes and for Calico. */
function holds({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

/** Whether a selector selects everything, whatever the labels. */
export const selectsAll = (selector: LabelSelector): boolean => selector.length === 0;
