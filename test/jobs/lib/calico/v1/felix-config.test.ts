import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convertFelixFields } from '../../../../../jobs/lib/calico/v1/felix-config.ts';
import { FELIX_FIELDS } from '../../../../../jobs/lib/calico/v1/felix-fields.ts';
import { convert, noted, refusals, specOf } from './snapshot.ts';

const place = (name: string) => ({ object: `Setting(${name})`, key: `/${name}` });

/** The fields that one setting makes, as JSON. */
function fieldsOf(name: string, text: string): string {
  const { spec, problems } = convertFelixFields(new Map([[name, text]]), place);
  assert.deepEqual(problems, []);
  return Object.entries(spec)
    .map(([field, value]) => `${field} ${typeof value === 'bigint' ? value : JSON.stringify(value)}`)
    .join();
}

const CONVERTED: readonly (readonly [name: string, text: string, fields: string])[] = [
  ['IpInIpEnabled', 'YES', 'ipipEnabled true'],
  ['IpInIpEnabled', 'y', 'ipipEnabled true'],
  ['IpInIpEnabled', 'T', 'ipipEnabled true'],
  ['IpInIpEnabled', '1', 'ipipEnabled true'],
  ['IpInIpEnabled', 'no', 'ipipEnabled false'],
  ['IpInIpEnabled', 'N', 'ipipEnabled false'],
  ['IpInIpEnabled', 'none', 'ipipEnabled false'],
  ['IpInIpMtu', '+1440', 'ipipMTU 1440'],
  ['IpInIpMtu', '-1', 'ipipMTU -1'],
  ['IpInIpMtu', '9223372036854775807', 'ipipMTU 9223372036854775807'],
  ['IptablesMarkMask', '0xFF000000', 'iptablesMarkMask 4278190080'],
  ['IptablesMarkMask', '4294967295', 'iptablesMarkMask 4294967295'],
  ['IptablesMarkMask', '010', 'iptablesMarkMask 8'],
  ['IptablesMarkMask', '0', 'iptablesMarkMask 0'],
  ['RouteRefreshInterval', '90', 'routeRefreshInterval "1m30s"'],
  ['RouteRefreshInterval', '0', 'routeRefreshInterval "0s"'],
  ['RouteRefreshInterval', '86400', 'routeRefreshInterval "24h0m0s"'],
  ['RouteRefreshInterval', '.5', 'routeRefreshInterval "500ms"'],
  ['RouteRefreshInterval', '-1.5e1', 'routeRefreshInterval "-15s"'],
  ['IptablesLockProbeIntervalMillis', '0.25', 'iptablesLockProbeInterval "250µs"'],
  ['LogSeverityScreen', 'WARNING', 'logSeverityScreen "Warning"'],
  ['LogSeverityScreen', 'panic', 'logSeverityScreen "Fatal"'],
  ['LogSeverityScreen', '', ''],
  ['InterfacePrefix', '', ''],
  ['HealthHost', '', 'healthHost ""'],
  ['DefaultEndpointToHostAction', 'RETURN', 'defaultEndpointToHostAction "Return"'],
  ['DefaultEndpointToHostAction', 'drop', 'defaultEndpointToHostAction "Drop"'],
  ['IptablesFilterAllowAction', 'ACCEPT', 'iptablesFilterAllowAction "Accept"'],
  ['IptablesMangleAllowAction', '', ''],
  ['FailsafeInboundHostPorts', 'None', 'failsafeInboundHostPorts []'],
  [
    'FailsafeInboundHostPorts',
    ' udp:68,, 22',
    'failsafeInboundHostPorts [{"protocol":"UDP","port":68},{"protocol":"TCP","port":22}]',
  ],
  ['IptablesNATOutgoingInterfaceFilter', 'eth+', 'iptablesNATOutgoingInterfaceFilter "eth+"'],
];

const REFUSED: readonly (readonly [name: string, text: string, report: string])[] = [
  ['IpInIpEnabled', 'maybe', 'conversionerrors'],
  ['IpInIpEnabled', '', 'conversionerrors'],
  ['IpInIpMtu', ' 1', 'conversionerrors'],
  ['IpInIpMtu', '1.0', 'conversionerrors'],
  ['IpInIpMtu', '', 'conversionerrors'],
  ['IpInIpMtu', '-9223372036854775809', 'conversionerrors'],
  ['IptablesMarkMask', '0x1ffffffff', 'conversionerrors'],
  ['IptablesMarkMask', '08', 'conversionerrors'],
  ['IptablesMarkMask', '-1', 'conversionerrors'],
  ['RouteRefreshInterval', '', 'conversionerrors'],
  ['RouteRefreshInterval', '1s', 'conversionerrors'],
  ['RouteRefreshInterval', '1e400', 'conversionerrors'],
  ['FailsafeInboundHostPorts', 'tcp:65536', 'conversionerrors'],
  ['FailsafeInboundHostPorts', 'sctp:22', 'conversionerrors'],
  ['FailsafeInboundHostPorts', 'tcp:22:23', 'conversionerrors'],
  ['FailsafeInboundHostPorts', 'tcp: 22', 'conversionerrors'],
  ['DefaultEndpointToHostAction', 'reject', 'validationerrors'],
  ['IptablesFilterAllowAction', 'DROP', 'validationerrors'],
  ['IptablesNATOutgoingInterfaceFilter', 'eth 0', 'validationerrors'],
];

describe('convertFelixFields', () => {
  for (const [name, text, fields] of CONVERTED) {
    it(`${name} ${JSON.stringify(text)}: ${fields || 'nothing'}`, () =>
      assert.equal(fieldsOf(name, text), fields));
  }

  for (const [name, text, report] of REFUSED) {
    it(`${name} ${JSON.stringify(text)}: ${report}`, () => {
      const { problems } = convertFelixFields(new Map([[name, text]]), place);
      assert.deepEqual(
        problems.map(problem => [problem.object, problem.key, problem.report]),
        [[`Setting(${name})`, `/${name}`, report]],
      );
      assert.match(problems[0]?.reason ?? '', /^is ".*", expected /);
    });
  }

  it('has each setting and each field once', () => {
    assert.equal(new Set(FELIX_FIELDS.map(({ v1 }) => v1)).size, FELIX_FIELDS.length);
    assert.equal(new Set(FELIX_FIELDS.map(({ v3 }) => v3)).size, FELIX_FIELDS.length);
  });

  it('reports problems in the order of the fields, and does not stop at the first', () => {
    const values = new Map([
      ['HealthPort', 'x'],
      ['IpInIpMtu', 'x'],
      ['MaxIpsetSize', 'x'],
    ]);
    const { problems } = convertFelixFields(values, place);
    assert.deepEqual(
      problems.map(({ key }) => key),
      ['/MaxIpsetSize', '/IpInIpMtu', '/HealthPort'],
    );
  });

  it('notes what is not carried over as it is (rows 14, 18)', () => {
    const values = new Map([
      ['KubeNodePortRanges', '30000:32767'],
      ['EtcdAddr', 'x'],
      ['LogSeverityScreen', 'none'],
      ['FailsafeInboundHostPorts', ' , '],
      ['RouteRefreshInterval', 'inf'],
    ]);
    const { spec, problems, notes } = convertFelixFields(values, place);
    assert.deepEqual(problems, []);
    assert.deepEqual(spec, { routeRefreshInterval: '-2562047h47m16.854775808s', logSeverityScreen: 'Info' });
    assert.deepEqual(
      notes.map(({ key }) => key),
      [
        '/RouteRefreshInterval',
        '/LogSeverityScreen',
        '/FailsafeInboundHostPorts',
        '/EtcdAddr',
        '/KubeNodePortRanges',
      ],
    );
  });
});

describe('FelixConfigurations', () => {
  it('are not made where v3 has none of the settings', () => {
    const conversion = convert({
      '/calico/v1/config/TyphaAddr': 'x',
      '/calico/v1/host/n/config/IpInIpTunnelAddr': '10.0.0.1',
    });
    assert.equal(specOf(conversion, 'felixconfigurations', 'default'), undefined);
    assert.equal(specOf(conversion, 'felixconfigurations', 'node.n'), undefined);
    assert.equal(noted(conversion).length, 2);
  });

  it('are made empty where the settings that v3 has are empty', () => {
    const conversion = convert({ '/calico/v1/config/InterfacePrefix': '' });
    assert.equal(specOf(conversion, 'felixconfigurations', 'default'), '{}');
  });

  it('name the settings of a host by its v3 name', () => {
    const conversion = convert({ '/calico/v1/host/N_1/config/IpInIpMtu': 'x' });
    assert.deepEqual(refusals(conversion), ['conversionerrors HostConfig(node=n-1,name=IpInIpMtu)']);
  });

  it('leave it to the Node to say that its name is not valid', () => {
    const conversion = convert({ '/calico/v1/host/---/config/IpInIpMtu': '1440' });
    assert.deepEqual(refusals(conversion), ['validationerrors Node(name=---): metadata.name']);
    assert.deepEqual(noted(conversion), [
      'HostConfig(node=---): is not carried over: the name of its Node is not valid in v3',
    ]);
  });

  it('have longer names than Nodes, which may be too long', () => {
    const conversion = convert({ [`/calico/v1/host/${'n'.repeat(250)}/config/IpInIpMtu`]: '1440' });
    assert.deepEqual(refusals(conversion), [
      `validationerrors HostConfig(node=${'n'.repeat(250)}): metadata.name`,
    ]);
  });
});
