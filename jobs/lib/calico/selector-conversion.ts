import { parseSelector } from './selector.ts';

/** The label with an endpoint's namespace, in v1 and in v3. */
export const V1_NAMESPACE_LABEL = 'calico/k8s_ns';
export const V3_NAMESPACE_LABEL = 'projectcalico.org/namespace';

/**
 * A selector of v1 for v3: the namespace label has v3's name, all else is as it was, to the letter. Only the label is
 * renamed, not the same text in a quoted value or in another label (original-defects, row 11). A text that is no
 * selector stays as it is: validation names it.
 */
export function convertSelector(selector: string): string {
  if (!selector.includes(V1_NAMESPACE_LABEL)) return selector;
  const parsed = parseSelector(selector);
  if ('position' in parsed) return selector;
  let converted = '';
  let copied = 0;
  for (const { label, start } of parsed.labels) {
    if (label !== V1_NAMESPACE_LABEL) continue;
    converted += selector.slice(copied, start) + V3_NAMESPACE_LABEL;
    copied = start + label.length;
  }
  return converted + selector.slice(copied);
}

/**
 * One selector for what a rule of v1 says with a selector and a tag, either of which may be empty. A tag is in v3 a
 * label with an empty value.
 *
 * - `both`: what both select, as a rule needs that matches its selector and its tag.
 * - `either`: what one of them selects. In v1 a negated selector and a negated tag each exclude what they select, so
 *   the one negated selector of v3 must select what either does: not S and not T is not (S or T) (original-defects,
 *   row 10).
 */
export function mergeTag(selector: string, tag: string, join: 'both' | 'either'): string {
  if (tag === '') return selector;
  const tagged = `${tag} == ''`;
  return selector === '' ? tagged : `(${selector}) ${join === 'both' ? '&&' : '||'} ${tagged}`;
}

/**
 * The labels in a selector that the policy controllers up to Calico 2.5 gave to pods, `k8s_ns/label/<key>`. No endpoint
 * has them in v3: namespaces have `pcns.<key>` (conversion reference, section 4).
 */
export function oldNamespaceLabels(selector: string): string[] {
  if (!selector.includes('k8s_ns/label/')) return [];
  const parsed = parseSelector(selector);
  if ('position' in parsed) return [];
  const old = parsed.labels
    .map(({ label }) => label)
    .filter(label => /^(?:calico\/)?k8s_ns\/label\/./.test(label));
  return [...new Set(old)];
}
