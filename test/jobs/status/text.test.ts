import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fingerprint } from '../../../jobs/lib/calico/upgrade/fingerprint.ts';
import type { UpgradeStatus } from '../../../jobs/lib/calico/upgrade/status.ts';
import { lineScreen, terminalScreen } from '../../../jobs/status/screen.ts';
import { viewLines } from '../../../jobs/status/text.ts';
import { endOf, viewOf } from '../../../jobs/status/view.ts';

const SPEC = { targetVersion: 'v2.6.12' };
const object = (status: unknown, more: Readonly<Record<string, unknown>> = {}) => ({
  metadata: { name: 'calico', ...more },
  spec: SPEC,
  status,
});

const ROLLOUT: UpgradeStatus = {
  phase: 'Progressing',
  message: 'node-18: waits until pod calico-node-x7k2p is Ready',
  since: '2026-01-01T10:02:13Z',
  from: '2.4.1',
  target: '2.6.12',
  observedSpec: fingerprint(SPEC),
  steps: [
    { name: 'backup', state: 'Done', reason: 'everything that the jobs may change', message: '22 objects' },
    { name: 'policy-conversion', state: 'NotNeeded', reason: 'Calico 2.4.1 already follows v1 semantics' },
    { name: 'node-rollout', state: 'Running', reason: '50 of 50 pods have another image' },
    { name: 'verify', state: 'Pending', reason: 'every node: image, Ready, BGP' },
  ],
  nodes: { total: 50, updated: 17, current: 1, skipped: 1, failed: 0 },
  currentNodes: ['node-18'],
  attention: [{ node: 'node-3', reason: 'not Ready for 12 min' }],
  slowestNodes: [
    { node: 'node-4', seconds: 41.26 },
    { node: 'node-9', seconds: 8.5 },
  ],
};

describe('the text of a status', () => {
  it('says phase, step, nodes, and what is waited for since when', () => {
    assert.deepEqual(viewLines(viewOf(object(ROLLOUT)), new Date('2026-01-01T10:02:25Z')), [
      'CalicoUpgrade calico: Progressing, Calico 2.4.1 to 2.6.12',
      'node-18: waits until pod calico-node-x7k2p is Ready (since 2026-01-01T10:02:13Z, 12 s)',
      '',
      'step               state',
      'backup             Done       22 objects',
      'policy-conversion  NotNeeded  Calico 2.4.1 already follows v1 semantics',
      'node-rollout       Running    50 of 50 pods have another image',
      'verify             Pending    every node: image, Ready, BGP',
      '',
      'nodes    [######..............] 17 of 50 updated, 1 now, 1 left out, 0 failed',
      'now      node-18',
      'look at  node-3: not Ready for 12 min',
      'slowest  node-4 41 s, node-9 8.5 s',
    ]);
  });

  it('is short where there is little to say', () => {
    const invalid = { phase: 'Invalid', message: 'spec.targetVersion is missing' };
    assert.deepEqual(viewLines(viewOf(object(invalid))), [
      'CalicoUpgrade calico: Invalid',
      'spec.targetVersion is missing',
    ]);
    const complete = {
      phase: 'Complete',
      message: '',
      target: '2.6.12',
      nodes: { ...ROLLOUT.nodes, total: 0 },
    };
    assert.deepEqual(viewLines(viewOf(object(complete))), [
      'CalicoUpgrade calico: Complete, to Calico 2.6.12',
      '',
      'nodes    [....................] 17 of 0 updated, 1 now, 1 left out, 0 failed',
    ]);
  });

  it('says what makes it doubtful', () => {
    const doubts = [
      object(undefined),
      object({ phase: 'Fine' }),
      object({ ...ROLLOUT, observedSpec: 'another' }),
      object(ROLLOUT, { deletionTimestamp: '2026-01-01T10:00:00Z' }),
    ];
    assert.deepEqual(
      doubts.map(one => viewLines(viewOf(one)).find(line => line.startsWith('But '))),
      [
        'But it has no status yet: is the controller running?',
        'But its status cannot be read: somebody edited it, or it is of another release of this program',
        'But its spec was changed since, which the controller has not seen yet',
        'But it is being deleted',
      ],
    );
  });

  it('has nothing in it that moves the cursor', () => {
    const status = {
      ...ROLLOUT,
      message: 'a\u001b[2Jb\nc',
      attention: [{ node: 'n\u0007', reason: 'x\ty' }],
    };
    const lines = viewLines(viewOf(object(status)));
    assert.equal(lines[1], 'ab c (since 2026-01-01T10:02:13Z)');
    assert.ok(lines.includes('look at  n : x y'));
  });
});

describe('the end of an upgrade', () => {
  const end = (phase: string, more: object = {}) => endOf(viewOf(object({ ...ROLLOUT, phase, ...more })));

  it('is good or bad, or has not come yet', () => {
    assert.deepEqual([end('Complete'), end('RolledBack')], ['good', 'good']);
    assert.deepEqual([end('Stopped'), end('Invalid')], ['bad', 'bad']);
    for (const phase of ['Planned', 'Progressing', 'WaitingForApproval', 'Paused', 'RollingBack'])
      assert.equal(end(phase), undefined, phase);
  });

  it('has not come where the spec says something newer', () => {
    assert.equal(end('Stopped', { observedSpec: 'another' }), undefined);
    assert.equal(end('Stopped', { observedSpec: undefined }), 'bad');
  });
});

describe('a fingerprint', () => {
  it('is the same in any order of fields, and another for another spec', () => {
    assert.equal(
      fingerprint({ a: 1, b: { c: [1, 2], d: 'x' } }),
      fingerprint({ b: { d: 'x', c: [1, 2] }, a: 1 }),
    );
    assert.notEqual(fingerprint({ a: [1, 2] }), fingerprint({ a: [2, 1] }));
    assert.notEqual(fingerprint({ a: '1' }), fingerprint({ a: 1 }));
    assert.match(fingerprint(SPEC), /^[0-9a-f]{16}$/);
  });

  it('exists for any JSON, and outlives being stored', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        assert.equal(fingerprint(value), fingerprint(JSON.parse(JSON.stringify(value))));
      }),
    );
    assert.match(fingerprint(undefined), /^[0-9a-f]{16}$/);
  });
});

describe('a screen', () => {
  it('that is a terminal is painted anew', () => {
    let text = '';
    const screen = terminalScreen(part => {
      text += part;
    });
    screen.show(['a', 'b']);
    screen.show(['c']);
    assert.equal(text, '\u001b[H\u001b[Ja\nb\n\u001b[H\u001b[Jc\n');
  });

  it('that is a file gets only the lines that changed', () => {
    let text = '';
    const screen = lineScreen(part => {
      text += part;
    });
    screen.show(['head', '', 'one', 'two']);
    screen.show(['head', '', 'one', 'three', '']);
    assert.equal(text, 'head\n\none\ntwo\nthree\n');
  });
});
