import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadAll } from 'js-yaml';
import { manifestOf, outputText } from '../../../../../jobs/lib/calico/v1-manifest/output.ts';
import { convert, manifest } from './converted.ts';

const { resources } = convert(
  manifest('policy', { name: 'yes' }, { selector: "a == '1'" }),
  manifest(
    'hostEndpoint',
    { name: 'e', node: 'n', labels: { a: '0x1', b: '1.10' } },
    { interfaceName: '1e3' },
  ),
);
const [policy] = resources;
assert.ok(policy);

describe('the result', () => {
  it('as YAML is one document for each object, with texts that stay texts', () => {
    assert.equal(
      outputText(resources, 'yaml'),
      [
        ...['apiVersion: projectcalico.org/v3', 'kind: GlobalNetworkPolicy', 'metadata:', '  name: "yes"'],
        ...['spec:', "  selector: a == '1'", '  types:', '  - Ingress', '---'],
        ...['apiVersion: projectcalico.org/v3', 'kind: HostEndpoint', 'metadata:', '  labels:'],
        ...[
          '    a: "0x1"',
          '    b: "1.10"',
          '  name: n.e',
          'spec:',
          '  interfaceName: "1e3"',
          '  node: "n"',
          '',
        ],
      ].join('\n'),
    );
    assert.deepEqual(loadAll(outputText(resources, 'yaml')), resources.map(manifestOf));
  });

  it('as JSON is an object, or a list of several or none', () => {
    assert.deepEqual(JSON.parse(outputText(resources, 'json')), resources.map(manifestOf));
    assert.deepEqual(JSON.parse(outputText([policy], 'json')), manifestOf(policy));
    assert.equal(outputText([], 'json'), '[]\n');
    assert.equal(outputText([], 'yaml'), '');
  });

  it('keeps a name that begins like the prefix', () => {
    const { resources: same } = convert(manifest('policy', { name: 'default' }));
    assert.equal(same.map(manifestOf)[0]?.metadata.name, 'default');
  });
});
