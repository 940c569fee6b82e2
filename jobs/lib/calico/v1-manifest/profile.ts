import { struct } from '../v1/json-fields.ts';
import { escapeSegment } from '../v1/names.ts';
import type { Origins } from './origins.ts';
import { manifestObject, partOf, readTextMap, readTexts, requiredText } from './reading.ts';
import { rulesReader } from './rules.ts';
import type { ReadKind } from './stored-form.ts';

const readMetadata = manifestObject(struct('name', 'tags', 'labels'));
const readSpec = manifestObject(struct('ingress', 'egress'));

/** Reads a `profile` of v1, which is stored under three keys. */
export const readProfile: ReadKind = (envelope, source) => {
  const metadata = partOf(envelope, 'metadata', readMetadata, source);
  const spec = partOf(envelope, 'spec', readSpec, source);
  const name = metadata && requiredText(metadata, 'name', source);
  const tags = metadata?.get('tags', readTexts);
  const labels = metadata?.get('labels', readTextMap);
  const origins: Origins = new Map();
  const rules = spec && {
    inbound_rules: spec.get('ingress', rulesReader('inbound_rules', spec.at('ingress'), origins)),
    outbound_rules: spec.get('egress', rulesReader('outbound_rules', spec.at('egress'), origins)),
  };
  if (name === undefined || rules === undefined) return undefined;
  const id = `/calico/v1/policy/profile/${escapeSegment(name)}/`;
  origins.set('spec.labelsToApply', labelsOrigin(tags?.length ?? 0, Object.keys(labels ?? {}).length));
  return {
    unit: { kind: 'Profile', id, name: `Profile(name=${name})`, parts: { name } },
    values: new Map([
      [`${id}labels`, JSON.stringify(labels ?? {})],
      [`${id}rules`, JSON.stringify(rules)],
      [`${id}tags`, JSON.stringify(tags ?? [])],
    ]),
    origins,
    bases: new Map([
      [`${id}labels`, 'metadata.labels'],
      [`${id}tags`, 'metadata.tags'],
    ]),
  };
};

/** In v3 a tag is a label. */
function labelsOrigin(tags: number, labels: number): string {
  if (tags === 0) return 'metadata.labels';
  return labels === 0 ? 'metadata.tags' : 'metadata.labels and metadata.tags';
}
