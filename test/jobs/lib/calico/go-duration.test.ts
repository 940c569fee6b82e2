import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { durationText, goDuration } from '../../../../jobs/lib/calico/go-duration.ts';

describe('durationText', () => {
  const texts: readonly (readonly [nanoseconds: bigint, text: string])[] = [
    [0n, '0s'],
    [1n, '1ns'],
    [999n, '999ns'],
    [1000n, '1µs'],
    [1100n, '1.1µs'],
    [250_000_000n, '250ms'],
    [999_999_999n, '999.999999ms'],
    [1_000_000_000n, '1s'],
    [10_500_000_000n, '10.5s'],
    [60_000_000_000n, '1m0s'],
    [90_000_000_000n, '1m30s'],
    [3_600_000_000_000n, '1h0m0s'],
    [86_400_000_000_001n, '24h0m0.000000001s'],
    [-1_500_000_000n, '-1.5s'],
    [2n ** 63n - 1n, '2562047h47m16.854775807s'],
    [-(2n ** 63n), '-2562047h47m16.854775808s'],
  ];
  for (const [nanoseconds, text] of texts) {
    it(`prints ${nanoseconds} as ${text}`, () => assert.equal(durationText(nanoseconds), text));
  }
});

describe('goDuration', () => {
  it('cuts what is below a nanosecond', () => {
    assert.deepEqual(goDuration(1.9, 1), { nanoseconds: 1n, fits: true });
    assert.deepEqual(goDuration(-1.9, 1), { nanoseconds: -1n, fits: true });
  });

  for (const value of [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    1e30,
    -1e30,
    2 ** 63,
  ]) {
    it(`makes the smallest duration of ${value}, as amd64 does`, () => {
      assert.deepEqual(goDuration(value, 1), { nanoseconds: -(2n ** 63n), fits: false });
    });
  }
});
