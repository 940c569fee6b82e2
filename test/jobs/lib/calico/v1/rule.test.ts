import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseSelector } from '../../../../../jobs/lib/calico/selector.ts';
import { expressions, printed, selects } from '../arbitrary-selectors.ts';
import { policy, profile, refused, resource } from './conversion.ts';

type Rule = Readonly<Record<string, unknown>>;

/** The v3 rule, as Go would write it. */
function converted(rule: Rule): string {
  const { ingress } = resource(policy({ inbound_rules: [rule] })).spec;
  assert.ok(Array.isArray(ingress));
  return JSON.stringify(ingress[0]);
}

const simple = (fields: string) => `{"action":"Allow",${fields}"source":{},"destination":{}}`;
const source = (fields: string) => `{"action":"Allow","source":{${fields}},"destination":{}}`;

describe('rules', () => {
  const table: readonly [rule: Rule, v3: string][] = [
    ...[
      ['', 'Allow'],
      ['allow', 'Allow'],
      ['DENY', 'Deny'],
      ['Log', 'Log'],
      ['next-tier', 'Pass'],
      ['pass', 'Pass'],
    ].map(([action, v3]): [Rule, string] => [{ action }, `{"action":"${v3}","source":{},"destination":{}}`]),
    [{ ip_version: 6 }, simple('"ipVersion":6,')],
    [{ protocol: 'tcp' }, simple('"protocol":"TCP",')],
    [{ protocol: 'icmpV6' }, simple('"protocol":"ICMPv6",')],
    [{ protocol: 'udplite' }, simple('"protocol":"UDPLite",')],
    [{ protocol: 17 }, simple('"protocol":17,')],
    [{ protocol: '0017' }, simple('"protocol":17,')],
    [{ '!protocol': 'SCTP' }, simple('"notProtocol":"SCTP",')],
    [{ protocol: 'icmp', icmp_type: 0 }, simple('"protocol":"ICMP","icmp":{"type":0},')],
    [
      { icmp_code: 0, protocol: 'icmp', icmp_type: 8 },
      simple('"protocol":"ICMP","icmp":{"type":8,"code":0},'),
    ],
    [{ '!icmp_type': 3, '!icmp_code': 255 }, simple('"notICMP":{"type":3,"code":255},')],
    [{ src_nets: ['10.1.2.3/16'], src_net: '10.0.0.1/8' }, source('"nets":["10.1.0.0/16","10.0.0.0/8"]')],
    [{ '!src_net': 'FD00::1' }, source('"notNets":["fd00::1/128"]')],
    [
      { protocol: 'udp', src_ports: [80, '81', '0082', '83:83', '84:90', 'http'] },
      `{"action":"Allow","protocol":"UDP","source":{"ports":[80,81,82,83,"84:90","http"]},"destination":{}}`,
    ],
    [
      { protocol: 6, '!src_ports': [1] },
      `{"action":"Allow","protocol":6,"source":{"notPorts":[1]},"destination":{}}`,
    ],
    [{ src_nets: [], src_ports: [], src_selector: '', src_tag: '' }, source('')],
    [{ src_tag: 'web' }, source(`"selector":"web == ''"`)],
    [{ '!src_tag': 'x.y/z' }, source(`"notSelector":"x.y/z == ''"`)],
    [
      { src_tag: 'web', src_selector: "a == 'b' || has(calico/k8s_ns)" },
      source(`"selector":"(a == 'b' || has(projectcalico.org/namespace)) && web == ''"`),
    ],
  ];
  for (const [rule, v3] of table) {
    it(`converts ${JSON.stringify(rule)}`, () => assert.equal(converted(rule), v3));
  }

  it('writes both sides, and what is negated, in the order of Go', () => {
    const rule = {
      dst_ports: [1],
      '!dst_ports': [2],
      protocol: 'tcp',
      dst_selector: 'all()',
      '!dst_selector': '!all()',
      dst_net: '10.0.0.0/8',
      '!dst_net': '10.1.0.0/16',
    };
    assert.equal(
      converted(rule),
      '{"action":"Allow","protocol":"TCP","source":{},"destination":{"nets":["10.0.0.0/8"],"selector":"all()",' +
        '"ports":[1],"notNets":["10.1.0.0/16"],"notSelector":"!all()","notPorts":[2]}}',
    );
  });

  it('row 10: excludes what the negated selector or the negated tag excludes', () => {
    const v3 = converted({ '!src_selector': "e != 'f' && has(g)", '!src_tag': 'bad' });
    assert.equal(v3, source(`"notSelector":"(e != 'f' && has(g)) || bad == ''"`));
  });

  it('row 10: matches what v1 matches, whatever the selectors and the endpoint', () => {
    const endpoints = fc.dictionary(fc.constantFrom('a', 'all', 'web', 'bad'), fc.constantFrom('', '"'));
    fc.assert(
      fc.property(expressions, expressions, endpoints, (positive, negative, endpoint) => {
        const rule = {
          src_selector: printed(positive),
          src_tag: 'web',
          '!src_selector': printed(negative),
          '!src_tag': 'bad',
        };
        const { source: v3 } = JSON.parse(converted(rule));
        const renamed = { ...endpoint };
        const matches = selected(v3.selector, renamed) && !selected(v3.notSelector, renamed);
        const matched =
          selects(positive, endpoint) &&
          endpoint.web === '' &&
          !selects(negative, endpoint) &&
          !(endpoint.bad === '');
        assert.equal(matches, matched);
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  for (const protocol of [1, 58, '1', 'icmp', 'ICMPv6']) {
    it(`row 16: takes ICMP fields with the protocol ${JSON.stringify(protocol)}`, () => {
      assert.match(converted({ protocol, icmp_type: 8 }), /"icmp":\{"type":8\}/);
    });
  }

  describe('refuses what v3 refuses', () => {
    const path = 'spec.ingress[0]';
    for (const [rule, ...fields] of [
      [{ action: 'drop' }, 'action'],
      [{ ip_version: 5 }, 'ipVersion'],
      [{ ip_version: 0 }, 'ipVersion'],
      [{ ip_version: 6, protocol: 'icmp' }, 'ipVersion'],
      [{ ip_version: 4, '!protocol': 'icmpv6' }, 'ipVersion'],
      [{ protocol: 0 }, 'protocol'],
      [{ protocol: '256' }, 'protocol'],
      [{ protocol: 'gre', '!protocol': '' }, 'protocol', 'notProtocol'],
      [{ icmp_type: 8 }, 'icmp'],
      [{ protocol: 'tcp', icmp_type: 8 }, 'icmp'],
      [{ protocol: 'icmp', icmp_code: 1 }, 'icmp.type'],
      [{ protocol: 'icmp', icmp_type: 255 }, 'icmp.type'],
      [{ protocol: 'icmp', icmp_type: 1, icmp_code: 256 }, 'icmp.code'],
      [{ protocol: 'icmp', icmp_type: -1 }, 'icmp.type'],
      [{ '!icmp_code': 1 }, 'notICMP.type'],
      [{ dst_ports: [80] }, 'destination.ports'],
      [{ protocol: 'icmp', '!dst_ports': [80] }, 'destination.notPorts'],
      [{ protocol: 'sctp', src_ports: [80] }, 'source.ports'],
      [
        { protocol: 'tcp', src_ports: [0, '0:5', 'bad--name', 'verylongportname'] },
        ...[0, 1, 2, 3].map(i => `source.ports[${i}]`),
      ],
      [{ src_nets: ['10.0.0.0/8', 'fd00::/8'] }, 'source.nets[1]'],
      [{ src_net: '10.0.0.0/8', '!dst_net': 'fd00::/8' }, 'destination.notNets[0]'],
      [{ ip_version: 6, src_net: '10.0.0.0/8' }, 'source.nets[0]'],
      [{ src_selector: 'a = b', '!dst_selector': '&&' }, 'source.selector', 'destination.notSelector'],
      [{ src_tag: 'my tag' }, 'source.selector'],
      [{ '!dst_tag': 'in-group' }, 'destination.notSelector'],
      [{ src_selector: ' ', src_tag: 'web' }, 'source.selector'],
    ] as const) {
      it(JSON.stringify(rule), () => {
        const result = policy({ inbound_rules: [rule] });
        refused(result, 'validationerrors', ...fields.map(field => `${path}.${field}`));
      });
    }

    it('a tag that would say something else in a selector', () => {
      refused(
        policy({ inbound_rules: [{ src_tag: 'all() || x' }] }),
        'validationerrors',
        'inbound_rules[0].src_tag',
      );
    });

    it('a selector that only the parentheses around it complete', () => {
      const rule = { src_selector: "a == 'b') || (c == 'd'", src_tag: 'web' };
      refused(policy({ inbound_rules: [rule] }), 'validationerrors', 'inbound_rules[0].src_selector');
    });
  });

  it('are the same in a profile', () => {
    const rules = { outbound_rules: [{ action: 'next-tier', dst_tag: 'db' }], inbound_rules: [] };
    assert.equal(
      JSON.stringify(resource(profile({ rules })).spec),
      `{"egress":[{"action":"Pass","source":{},"destination":{"selector":"db == ''"}}]}`,
    );
  });

  it('never throws, and is either converted or refused with reasons', () => {
    const keys = [
      'action',
      'protocol',
      'icmp_type',
      'src_ports',
      '!dst_nets',
      'src_selector',
      '!src_tag',
      'ip_version',
    ];
    const values = fc.oneof(
      fc.constantFrom('tcp', 'icmp', 6, 1, 'allow', 'all()', [80], ['1:2'], ['10.0.0.0/8'], 4),
      fc.jsonValue({ maxDepth: 2 }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), values, { noNullPrototype: true }), rule => {
        const { entry, problems } = policy({ inbound_rules: [rule] });
        assert.equal(entry === undefined, problems.length > 0);
      }),
      { seed: 9, numRuns: 500 },
    );
  });
});

function selected(selector: string, endpoint: Readonly<Record<string, string>>): boolean {
  const parsed = parseSelector(selector);
  assert.ok('expression' in parsed, selector);
  return selects(parsed.expression, endpoint);
}
