import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isInProgress, isNeeded } from '../../../jobs/etcd-v2-to-v3/needed.ts';
import { checkReady } from '../../../jobs/etcd-v2-to-v3/ready.ts';
import { checkVersion } from '../../../jobs/etcd-v2-to-v3/version-gate.ts';

describe('the version gate', () => {
  const verdicts: readonly (readonly [string | undefined, ReturnType<typeof checkVersion>['verdict']])[] = [
    [undefined, 'missing'],
    ['v2.6.5', 'migrate'],
    ['2.6.5', 'migrate'],
    ['v2.6.12', 'migrate'],
    ['v2.6.8-3-gabcdef0', 'migrate'],
    ['v2.6.12-dirty', 'migrate'],
    ['v2.6.11+build.5', 'migrate'],
    ['v2.7.0', 'migrate'],
    ['v2.6.4', 'too-old'],
    ['v2.6.4-9-gabcdef0', 'too-old'],
    ['v1.3.0', 'too-old'],
    ['v3.0.0', 'too-new'],
    ['v3.0.0-alpha1', 'too-new'],
    ['', 'unparsable'],
    ['master', 'unparsable'],
    ['v2.6', 'unparsable'],
    [' v2.6.11', 'unparsable'],
    ['v2.6.11 ', 'unparsable'],
    ['vv2.6.11', 'unparsable'],
  ];
  for (const [version, verdict] of verdicts) {
    it(`says ${verdict} of ${JSON.stringify(version)}`, () => {
      assert.equal(checkVersion(version).verdict, verdict);
    });
  }

  it('says what to do about an old version', () => {
    const verdict = checkVersion('v2.5.1');
    assert.ok('reason' in verdict);
    assert.match(verdict.reason, /^Calico v2\.5\.1 runs here.* Upgrade to the newest 2\.6 first/);
  });
});

describe('the Ready flag', () => {
  it('lets a migration begin only where Calico works', () => {
    assert.equal(checkReady('true', false).verdict, 'working');
    for (const value of [undefined, 'false', 'True', '"true"', '']) {
      assert.equal(checkReady(value, false).verdict, 'refused', String(value));
    }
  });

  it('lets a migration go on that paused Calico itself', () => {
    assert.equal(checkReady('false', true).verdict, 'paused by us');
    assert.equal(checkReady('true', true).verdict, 'working');
    assert.equal(checkReady('True', true).verdict, 'refused');
  });
});

describe('the questions of calico-upgrade', () => {
  it('are answered by the version in v3 before that in v1', () => {
    assert.equal(isNeeded({ v1: 'v2.6.11', v3: 'v3.0.1' }).answer, 'no');
    assert.equal(isNeeded({ v1: 'v2.6.11', v3: 'v2.6.11' }).answer, 'yes');
    assert.equal(isNeeded({ v1: 'v2.6.11', v3: '' }).answer, 'yes');
    assert.equal(isNeeded({ v1: undefined, v3: undefined }).answer, 'no');
    assert.equal(isNeeded({ v1: 'v2.5.0', v3: undefined }).answer, 'unknown');
    assert.equal(isNeeded({ v1: 'master', v3: undefined }).answer, 'unknown');
  });

  it('say that it is in progress where it is needed and Calico is paused', () => {
    const versions = { v1: 'v2.6.11', v3: undefined };
    assert.equal(isInProgress(versions, 'false').answer, 'yes');
    assert.equal(isInProgress(versions, 'true').answer, 'no');
    assert.equal(isInProgress({ ...versions, v3: 'v3.0.1' }, 'false').answer, 'no');
    assert.equal(isInProgress({ ...versions, v1: 'v2.5.0' }, 'false').answer, 'unknown');
  });
});
