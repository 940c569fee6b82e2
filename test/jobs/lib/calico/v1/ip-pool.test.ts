import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { convert, noted, refusals, specOf } from './snapshot.ts';

const pool = (value: unknown, segment = '10.64.0.0-16', family = 4) =>
  convert({ [`/calico/v1/ipam/v${family}/pool/${segment}`]: JSON.stringify(value) });

describe('IPPools', () => {
  const modes: readonly (readonly [ipip: string, mode: string, v3: string])[] = [
    ['', 'always', 'Never'],
    ['tunl0', '', 'Always'],
    ['tunl0', 'cross-subnet', 'CrossSubnet'],
    ['tunl0', 'CROSS-subnet', 'CrossSubnet'],
    ['tunl0', 'bogus', 'Always'],
  ];
  for (const [ipip, ipip_mode, v3] of modes) {
    it(`with device '${ipip}' and mode '${ipip_mode}' are ${v3}`, () => {
      assert.equal(
        specOf(pool({ cidr: '10.64.0.0/16', ipip, ipip_mode }), 'ippools', '10-64-0-0-16'),
        `{"cidr":"10.64.0.0/16","vxlanMode":"Never","ipipMode":"${v3}","blockSize":26,"nodeSelector":"all()"}`,
      );
    });
  }

  it('keep masquerade and disabled', () => {
    assert.match(
      specOf(pool({ cidr: '10.64.0.0/16', masquerade: true, disabled: true }), 'ippools', '10-64-0-0-16') ??
        '',
      /"ipipMode":"Never","natOutgoing":true,"disabled":true,"blockSize":26/,
    );
  });

  it('have the network of the value, not of the key', () => {
    const conversion = pool({ cidr: '10.65.0.0/16' });
    assert.match(specOf(conversion, 'ippools', '10-65-0-0-16') ?? '', /"cidr":"10.65.0.0\/16"/);
  });

  it('that begin with :: have a name that begins with a digit (row 16)', () => {
    const conversion = pool({ cidr: '::/64' }, '::-64', 6);
    const name = '0000-0000-0000-0000-0000-0000-0000-0000-64';
    assert.match(specOf(conversion, 'ippools', name) ?? '', /"cidr":"::\/64".*"blockSize":122/);
  });

  it('note fields that Calico does not have', () => {
    assert.match(
      noted(pool({ cidr: '10.64.0.0/16', color: 'red' })).join(),
      /^IPPool\(cidr=10.64.0.0\/16\): color /,
    );
  });

  const refused: readonly (readonly [value: unknown, field: string, report: string])[] = [
    ['x', '', 'conversionerrors'],
    [{ cidr: 'x' }, 'cidr', 'conversionerrors'],
    [{ cidr: 1 }, 'cidr', 'conversionerrors'],
    [{ cidr: '10.64.0.0/16', masquerade: 'true' }, 'masquerade', 'conversionerrors'],
    [{ cidr: '10.64.0.0/16', ipam: 1 }, 'ipam', 'conversionerrors'],
    [{}, 'spec.cidr', 'validationerrors'],
    [null, 'spec.cidr', 'validationerrors'],
    [{ cidr: '10.64.0.1/16' }, 'spec.cidr', 'validationerrors'],
    [{ cidr: '10.64.0.0/27' }, 'spec.cidr', 'validationerrors'],
    [{ cidr: '10.64.0.0' }, 'spec.cidr', 'validationerrors'],
    [{ cidr: 'fd00::/123' }, 'spec.cidr', 'validationerrors'],
    [{ cidr: '169.254.128.0/20' }, 'spec.cidr', 'validationerrors'],
    [{ cidr: '0.0.0.0/0' }, 'spec.cidr', 'validationerrors'],
    [{ cidr: 'fe00::/8' }, 'spec.cidr', 'validationerrors'],
    [{ cidr: 'fd00::/64', ipip: 'tunl0' }, 'spec.ipipMode', 'validationerrors'],
  ];
  for (const [value, field, report] of refused) {
    it(`refuse ${JSON.stringify(value)}`, () => {
      const where = field && `: ${field}`;
      assert.deepEqual(refusals(pool(value)), [`${report} IPPool(cidr=10.64.0.0/16)${where}`]);
    });
  }

  it('refuse a key that ends in no network (row 1)', () => {
    assert.deepEqual(refusals(pool({ cidr: '10.64.0.0/16' }, '10.64.0.0-99')), [
      'conversionerrors IPPool(cidr=10.64.0.0/99)',
    ]);
  });
});
