import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { convertUnit } from '../../../../../jobs/lib/calico/v1/convert-unit.ts';
import { placeKey } from '../../../../../jobs/lib/calico/v1/place.ts';
import type { UnitResult } from '../../../../../jobs/lib/calico/v1/unit.ts';
import {
  convertManifests,
  type ManifestConversion,
} from '../../../../../jobs/lib/calico/v1-manifest/convert-manifests.ts';
import { MANIFEST_KINDS } from '../../../../../jobs/lib/calico/v1-manifest/kinds.ts';
import { outputText } from '../../../../../jobs/lib/calico/v1-manifest/output.ts';
import { type Pair, pairs } from './arbitrary-pairs.ts';
import { assertWords, convert } from './converted.ts';

/** What the migration of etcd makes of the keys; names that a controller owns are none of its units. */
function migrated({ values }: Pair): UnitResult | undefined {
  const [key = ''] = values.keys();
  const { unit } = placeKey(key);
  return unit && convertUnit(unit, values);
}

const reasons = (problems: ManifestConversion['problems'] | UnitResult['problems']): string[] =>
  problems.map(({ reason }) => reason).sort();

describe('a manifest', () => {
  it('becomes what its stored form becomes, or is refused for the same reasons', () => {
    let good = 0;
    let bad = 0;
    fc.assert(
      fc.property(pairs, pair => {
        const result = migrated(pair);
        fc.pre(result !== undefined);
        const { resources, problems } = convert(pair.manifest);
        assert.deepEqual(reasons(problems), reasons(result.problems));
        assert.deepEqual(resources, result.entry ? [result.entry.value] : []);
        for (const { reason, fix } of problems) assertWords(reason, fix);
        if (result.entry) good++;
        else bad++;
      }),
      { numRuns: 800 },
    );
    assert.ok(good > 80 && bad > 80, `${good} of ${good + bad} were converted`);
  });

  it('has each field that is refused, or lacks it', () => {
    fc.assert(
      fc.property(pairs, pair => {
        for (const { field } of convert(pair.manifest).problems) {
          if (field === '' || field.includes(' and ')) continue;
          const parent = field.replace(/(?:\.[^.[\]"]+|\[[^[\]]+\])$/, '');
          assert.notEqual(valueAt(pair.manifest, parent), undefined, field);
        }
      }),
      { numRuns: 800 },
    );
  });

  it('is converted to the same text each time, and that text is refused as input', () => {
    fc.assert(
      fc.property(
        fc.array(pairs, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('yaml', 'json'),
        (list, format) => {
          const texts = [0, 1].map(() =>
            outputText(convert(...list.map(pair => pair.manifest)).resources, format),
          );
          assert.equal(texts[0], texts[1]);
          const again = convertManifests(texts[0] ?? '');
          assert.deepEqual(again.resources, []);
          const other = again.problems.filter(
            ({ reason }) => !/form of v3 already|holds no object/.test(reason),
          );
          assert.deepEqual(other, []);
        },
      ),
      { numRuns: 100 },
    );
  });
});

/** The value at a path such as `spec.ingress[0].source` or `metadata.labels["a"]`. */
function valueAt(object: unknown, path: string): unknown {
  const parts = path.match(/[^.[\]"]+|"(?:[^"\\]|\\.)*"/g) ?? [];
  return parts.reduce<unknown>((value, part) => {
    if (typeof value !== 'object' || value === null) return undefined;
    const key = part.startsWith('"') ? String(JSON.parse(part)) : part;
    return Object.entries(value).find(([name]) => name === key)?.[1];
  }, object);
}

describe('whatever is in a file', () => {
  const kinds = [...MANIFEST_KINDS.keys()].flatMap(kind => [kind, `${kind}List`]);
  const fields = ['name', 'node', 'cidr', 'peerIP', 'scope', 'tags', 'labels', 'ingress', 'bgp', 'ipip'];
  const { value } = fc.letrec<{ value: unknown }>(tie => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(null, true, 0, -1, 1.5, 2 ** 60, '', 'a', 'node', '10.0.0.1/24', '_'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(
        fc.oneof(fc.constantFrom(...fields, 'action', 'source', 'nets', '__proto__'), fc.string()),
        tie('value'),
        {
          maxKeys: 4,
        },
      ),
    ),
  }));

  it('is converted, or refused in words for manifests', () => {
    const objects = fc.record({
      apiVersion: fc.constant('v1'),
      kind: fc.constantFrom(...kinds),
      ...{ metadata: value, spec: value, items: value },
    });
    fc.assert(
      fc.property(objects, object => {
        for (const { reason, fix } of convert(object).problems) assertWords(reason, fix);
      }),
      { numRuns: 1000 },
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[-{}[\]:,&*!|>%@`"'#a \n\t]{0,40}$/)),
        text => {
          const { problems, resources } = convertManifests(text);
          assert.ok(problems.length > 0 || resources.length === 0);
        },
      ),
      { numRuns: 1500 },
    );
  });
});
