import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertManifests, placeText } from '../../../../../jobs/lib/calico/v1-manifest/convert-manifests.ts';
import { assertWords } from './converted.ts';

const policy = (name: string) => `{apiVersion: v1, kind: policy, metadata: {name: ${name}}}`;

/** The v3 names and the places of the problems of a file. */
function outcome(text: string) {
  const { resources, problems } = convertManifests(text);
  for (const { reason, fix } of problems) assertWords(reason, fix);
  return {
    names: resources.map(({ metadata }) => metadata.name.replace('default.', '')),
    problems: problems.map(problem => [placeText(problem), problem.field].filter(Boolean).join(': ')),
  };
}

describe('the objects of a file keep their order', () => {
  for (const [what, text, ...names] of [
    ['one document', policy('b'), 'b'],
    ['documents', `---\n${policy('b')}\n---\n# nothing\n---\n${policy('a')}\n...\n`, 'b', 'a'],
    ['a document beside its mark', `--- ${policy('b')}\n--- # next\n${policy('a')}`, 'b', 'a'],
    [
      'line ends of Windows and a byte order mark',
      `\ufeff${policy('b')}\r\n---\r\n${policy('a')}\r\n`,
      'b',
      'a',
    ],
    ['a directive', `%YAML 1.1\n---\n${policy('b')}`, 'b'],
    ['a list', `- ${policy('b')}\n- ${policy('a')}`, 'b', 'a'],
    [
      'a list with a kind',
      `{apiVersion: v1, kind: policyList, metadata: {}, items: [${policy('b')}, {metadata: {name: a}}]}`,
      'b',
      'a',
    ],
    [
      'lists in a list',
      `- ${policy('c')}\n- {apiVersion: v1, kind: policyList, items: [${policy('a')}]}`,
      'c',
      'a',
    ],
    ['aliases', `- &a ${policy('b')}\n- <<: *a\n  metadata: {name: a}`, 'b', 'a'],
    ['empty lists', '[]\n---\n{apiVersion: v1, kind: nodeList, items: []}'],
  ] as const) {
    it(what, () => assert.deepEqual(outcome(text), { names, problems: [] }));
  }

  it('JSON as Go prints it, with tabs', () => {
    const text = JSON.stringify([{ apiVersion: 'v1', kind: 'policy', metadata: { name: 'b' } }], null, '\t');
    assert.deepEqual(outcome(text.replace('"b"', '"\\u0062"')), { names: ['b'], problems: [] });
  });
});

describe('what is wrong is found in its document and item', () => {
  const bad = '{apiVersion: v1, kind: policy}';
  for (const [what, text, ...problems] of [
    ['an empty file', ' \n# nothing\n---\n', ''],
    ['no YAML', `${policy('a')}\n---\na: [`, 'document 2'],
    ['a key twice', '{"a": 1, "a": 2}', 'document 1'],
    ['an unknown tag', 'a: !x b', 'document 1'],
    ['what contains itself', 'a: &a [*a]', 'document 1'],
    ['depth without end', '['.repeat(100_000), 'document 1'],
    ['a text', 'policy', 'document 1'],
    ['an item that is none', `- ${policy('a')}\n- 1\n- []`, 'document 1, item 2', 'document 1, item 3'],
    ['no version', '{kind: policy}', 'document 1: apiVersion'],
    ['the version of v3', '{apiVersion: projectcalico.org/v3, kind: IPPool}', 'document 1: apiVersion'],
    ['a kind of Kubernetes', '{apiVersion: v1, kind: ConfigMap}', 'document 1: kind'],
    ['a kind of v3', '{apiVersion: v1, kind: Policy}', 'document 1: kind'],
    ['no kind', '{apiVersion: v1}', 'document 1: kind'],
    [
      'items',
      `- ${policy('a')}\n- ${bad}\n- {apiVersion: v1, kind: nodeList, items: [{}]}`,
      'document 1, item 2: policy: metadata.name',
      'document 1, item 3.1: node: metadata.name',
    ],
    [
      'an item of another kind',
      `{apiVersion: v1, kind: nodeList, items: [${policy('a')}]}`,
      'document 1, item 1: kind',
    ],
    ['items that are no list', '{apiVersion: v1, kind: nodeList, items: {}}', 'document 1: nodeList: items'],
    [
      'a field of a list',
      '{apiVersion: v1, kind: nodeList, spec: {}, metadata: {name: x}, items: []}',
      'document 1: nodeList: spec',
      'document 1: nodeList: metadata.name',
    ],
    [
      'a name twice',
      `${policy('a_b')}\n---\n${policy('c')}\n---\n${policy('a_b')}`,
      'document 3: Policy(name=a_b)',
    ],
  ] as const) {
    it(what, () => assert.deepEqual(outcome(text).problems, problems));
  }

  it('names line and column of what is no YAML', () => {
    const { problems } = convertManifests(`${policy('a')}\n---\na: b\nc: d: e\n`);
    assert.match(problems[0]?.reason ?? '', /^cannot be read: line 4, column \d+: /);
  });

  it('names the kind that is meant', () => {
    const { problems } = convertManifests('{apiVersion: v1, kind: IPPoolList}');
    assert.equal(problems[0]?.fix, 'Write ipPoolList');
  });

  it('names both objects of a clash, of different names too', () => {
    const node = (name: string) => `{apiVersion: v1, kind: node, metadata: {name: ${name}}}`;
    const { problems } = convertManifests(`${node('a_b')}\n---\n- ${node('A-b')}`);
    assert.deepEqual(
      problems.map(({ reason }) => reason),
      ['becomes Node(a-b), as does document 1: Node(name=a_b)'],
    );
  });
});
