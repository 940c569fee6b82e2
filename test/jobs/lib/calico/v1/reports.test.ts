import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reportTexts } from '../../../../../jobs/lib/calico/v1/reports.ts';
import { convert, noted } from './snapshot.ts';

describe('the reports', () => {
  it('say what is wrong where, and what to do (row 22)', () => {
    const conversion = convert({
      '/calico/v1/config/IpInIpMtu': 'x',
      '/calico/v1/host/---/': '',
      '/calico/v1/host/n/': '',
    });
    assert.deepEqual(reportTexts(conversion), {
      convertednames: 'Node(name=n) -> Node(n)\n',
      nameclashes: '',
      conversionerrors:
        'GlobalFelixConfig(name=IpInIpMtu): is "x", expected a whole number. Set it to a whole number. ' +
        '(/calico/v1/config/IpInIpMtu)\n',
      validationerrors: `${conversion.problems[1]?.object}: metadata.name: ${conversion.problems[1]?.reason}. ${conversion.problems[1]?.fix}. (/calico/v1/host/---/)\n`,
    });
  });
});

describe('the notes on keys that are left out', () => {
  it('are one for each reason, and name some of the keys', () => {
    const addresses = [1, 2, 3, 4, 5, 6, 7, 8].map(n => [`/calico/bgp/v1/rr_v4/10.0.0.${n}`, '{}']);
    const notes = noted(
      convert({ ...Object.fromEntries(addresses), '/calico/x': '', '/calico/v1/Ready': 'true' }),
    );
    assert.equal(notes.length, 2);
    assert.match(
      notes[0] ?? '',
      /^\/calico\/bgp\/v1\/rr_v4\/10.0.0.1: belongs to .*; the same is true of .*\.2, .*\.6 and 2 more$/,
    );
    assert.match(notes[1] ?? '', /^\/calico\/x: is no key that Calico 2.6 reads/);
  });

  it('are none for what a controller makes again, which is counted', () => {
    const { notes, leftOut } = convert({ '/calico/v1/policy/tier/default/policy/knp.default.a.b': '{}' });
    assert.deepEqual(notes, []);
    assert.deepEqual(leftOut, [
      { leftOut: 'controller', keys: ['/calico/v1/policy/tier/default/policy/knp.default.a.b'] },
    ]);
  });
});
