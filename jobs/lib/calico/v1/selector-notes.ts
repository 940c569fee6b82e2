import { oldNamespaceLabels } from '../selector-conversion.ts';
import type { Rule } from '../v3/rule.ts';
import { addNote, type Findings } from './findings.ts';

/**
 * Notes selectors of a v3 object that name labels of namespaces as Calico up to 2.5 wrote them: nothing has these
 * labels in v3, so they select nothing, or with a negation everything.
 */
export function noteOldLabels(
  found: Findings,
  key: string,
  spec: {
    readonly selector?: string;
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  },
): void {
  noteSelector(found, key, 'spec.selector', spec.selector);
  for (const direction of ['ingress', 'egress'] as const) {
    for (const [index, rule] of (spec[direction] ?? []).entries()) {
      for (const side of ['source', 'destination'] as const) {
        const field = `spec.${direction}[${index}].${side}`;
        noteSelector(found, key, `${field}.selector`, rule[side].selector);
        noteSelector(found, key, `${field}.notSelector`, rule[side].notSelector);
      }
    }
  }
}

function noteSelector(found: Findings, key: string, field: string, selector = ''): void {
  for (const label of oldNamespaceLabels(selector)) {
    const now = `pcns.${label.slice(label.indexOf('label/') + 'label/'.length)}`;
    addNote(
      found,
      key,
      `${field} names the label ${label}, which nothing has in Calico 3.0: use ${now} instead`,
    );
  }
}
