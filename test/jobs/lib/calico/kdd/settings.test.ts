import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GLOBAL_BGP_CONFIGS } from '../../../../../jobs/lib/calico/crd-kinds.ts';
import {
  convertGlobalBgpConfigs,
  nodeBgpConfigNotes,
} from '../../../../../jobs/lib/calico/kdd/bgp-config.ts';
import { convertGlobalFelixConfigs } from '../../../../../jobs/lib/calico/kdd/felix-config.ts';
import type { KddConversion } from '../../../../../jobs/lib/calico/kdd/wanted.ts';
import type { KubeObject } from '../../../../../jobs/lib/kubernetes/object.ts';
import { crdObject, setting } from '../../../kdd-v1-to-v3/data.ts';

const specsOf = ({ objects }: KddConversion): Record<string, unknown> =>
  Object.fromEntries(objects.map(({ object }) => [`${object.kind} ${object.metadata.name}`, object.spec]));

const problemsOf = ({ problems }: KddConversion): string[] =>
  problems.map(({ object, field, reason }) => `${object} ${field} ${reason}`);

describe('GlobalFelixConfigs', () => {
  const ready = { 'ClusterInformation default': { datastoreReady: true } };

  it('become fields of one FelixConfiguration, in the forms of 3.0', () => {
    const found = convertGlobalFelixConfigs([
      setting('IptablesRefreshInterval', '90'),
      setting('IptablesLockProbeIntervalMillis', '50'),
      setting('ChainInsertMode', 'append'),
      setting('DefaultEndpointToHostAction', 'ACCEPT'),
      setting('FailsafeInboundHostPorts', 'tcp:22, udp:68'),
      setting('FailsafeOutboundHostPorts', 'none'),
      setting('Ipv6Support', 'False'),
    ]);
    assert.deepEqual(specsOf(found), {
      'FelixConfiguration default': {
        iptablesRefreshInterval: '1m30s',
        iptablesLockProbeInterval: '50ms',
        chainInsertMode: 'append',
        defaultEndpointToHostAction: 'Accept',
        failsafeInboundHostPorts: [
          { protocol: 'TCP', port: 22 },
          { protocol: 'UDP', port: 68 },
        ],
        failsafeOutboundHostPorts: [],
        ipv6Support: false,
      },
      ...ready,
    });
    assert.deepEqual([found.problems, found.notes], [[], []]);
  });

  it('without a setting that 3.0 has become no FelixConfiguration, and always a ClusterInformation', () => {
    assert.deepEqual(specsOf(convertGlobalFelixConfigs([])), ready);
    const found = convertGlobalFelixConfigs([setting('ClusterType', 'k8s,KDD'), setting('ClusterGUID', '')]);
    assert.deepEqual(specsOf(found), {
      'ClusterInformation default': { clusterType: 'k8s,KDD', datastoreReady: true },
    });
  });

  it('are known by the name in the spec, in any case', () => {
    const odd = crdObject({ ...GLOBAL_BGP_CONFIGS, kind: 'GlobalFelixConfig' }, 'x', {
      name: 'logseverityscreen',
      value: 'warning',
    });
    assert.deepEqual(specsOf(convertGlobalFelixConfigs([odd])), {
      'FelixConfiguration default': { logSeverityScreen: 'Warning' },
      ...ready,
    });
  });

  it('that 3.0 does not have are noted', () => {
    const { notes } = convertGlobalFelixConfigs([setting('EtcdEndpoints', 'http://10.0.0.1:2379')]);
    const reason = 'is no setting of Felix that Calico 3.0 keeps in the datastore, and is not carried over';
    assert.deepEqual(notes, [{ object: 'GlobalFelixConfig etcdendpoints', reason }]);
  });

  it('that a calico-node 3.0 could not convert itself are noted, with a form that it can', () => {
    const { notes } = convertGlobalFelixConfigs([
      setting('IptablesMarkMask', '0xff000000'),
      setting('Ipv6Support', 'no'),
      setting('HealthEnabled', 'T'),
      setting('MaxIpsetSize', '1000'),
    ]);
    assert.deepEqual(
      notes.map(({ object, reason }) => `${object} ${reason.split('. ').at(-1)}`),
      [
        'GlobalFelixConfig ipv6support Write false, which is the same, before the first node runs 3.0',
        'GlobalFelixConfig iptablesmarkmask Write 4278190080, which is the same, before the first node runs 3.0',
      ],
    );
  });

  it('that say nothing are problems, and the others are converted', () => {
    const found = convertGlobalFelixConfigs([
      setting('HealthEnabled', 'maybe'),
      setting('HealthPort', 9099),
      crdObject({ ...GLOBAL_BGP_CONFIGS, kind: 'GlobalFelixConfig' }, 'empty', {}),
      setting('LogPrefix', null),
      setting('MaxIpsetSize', '1000'),
    ]);
    assert.deepEqual(problemsOf(found), [
      'GlobalFelixConfig empty spec.name is nothing, expected the name of a setting',
      'GlobalFelixConfig healthport spec.value is 9099, expected a string',
      'GlobalFelixConfig healthenabled spec.value is "maybe", expected true or false',
    ]);
    assert.deepEqual(specsOf(found)['FelixConfiguration default'], { maxIpsetSize: 1000 });
  });

  it('that contradict each other are a problem each; equal ones are one', () => {
    const twice = (value: string): KubeObject[] => [
      setting('LogPrefix', 'a'),
      { ...setting('LogPrefix', value), metadata: { name: 'second' } },
    ];
    assert.deepEqual(problemsOf(convertGlobalFelixConfigs(twice('b'))), [
      'GlobalFelixConfig logprefix spec.value sets LogPrefix to "a", and GlobalFelixConfig second to another value',
      'GlobalFelixConfig second spec.value sets LogPrefix to "b", and GlobalFelixConfig logprefix to another value',
    ]);
    const same = convertGlobalFelixConfigs(twice('a'));
    assert.deepEqual(specsOf(same)['FelixConfiguration default'], { logPrefix: 'a' });
  });
});

describe('GlobalBGPConfigs', () => {
  const bgp = (name: string, value: unknown) => setting(name, value, GLOBAL_BGP_CONFIGS);

  it('become one BGPConfiguration', () => {
    const found = convertGlobalBgpConfigs([
      bgp('AsNumber', '1.10'),
      bgp('NodeMeshEnabled', 'true'),
      bgp('loglevel', 'warning'),
    ]);
    assert.deepEqual(specsOf(found), {
      'BGPConfiguration default': {
        logSeverityScreen: 'Warning',
        nodeToNodeMeshEnabled: true,
        asNumber: 65546,
      },
    });
  });

  it('without a value become none', () => {
    assert.deepEqual(convertGlobalBgpConfigs([]), { objects: [], problems: [], notes: [] });
    assert.deepEqual(convertGlobalBgpConfigs([bgp('AsNumber', ''), bgp('LogLevel', null)]).objects, []);
  });

  for (const [text, enabled] of [
    ['true', true],
    ['False', false],
    ['1', true],
    ['{"enabled":true}', true],
    ['{"enabled": false}', false],
  ] as const) {
    it(`reads NodeMeshEnabled ${text}`, () => {
      const found = convertGlobalBgpConfigs([bgp('NodeMeshEnabled', text)]);
      assert.deepEqual(specsOf(found)['BGPConfiguration default'], { nodeToNodeMeshEnabled: enabled });
    });
  }

  it('that cannot be read are problems: the mesh is never turned off by mistake', () => {
    const found = convertGlobalBgpConfigs([bgp('NodeMeshEnabled', 'on'), bgp('AsNumber', '4294967296')]);
    assert.deepEqual(problemsOf(found), [
      'GlobalBGPConfig nodemeshenabled spec.value is "on", expected true or false',
      'GlobalBGPConfig asnumber spec.value is "4294967296", expected an AS number from 0 to 4294967295',
    ]);
    assert.deepEqual(found.objects, []);
  });

  it('that 3.0 has otherwise or not at all are noted', () => {
    const { notes } = convertGlobalBgpConfigs([bgp('LogLevel', 'none'), bgp('Other', 'x')]);
    assert.deepEqual(
      notes.map(({ object }) => object),
      ['GlobalBGPConfig loglevel', 'GlobalBGPConfig other'],
    );
  });
});

describe('BGP settings of single nodes', () => {
  it('are noted once for each setting', () => {
    const node = (name: string): KubeObject => ({
      metadata: { name, annotations: { 'config.bgp.projectcalico.org/LogLevel': 'debug' } },
    });
    const notes = nodeBgpConfigNotes([node('a'), node('b'), node('c')]);
    assert.deepEqual(
      notes.map(({ object }) => object),
      ['Node a and 2 more'],
    );
  });
});
