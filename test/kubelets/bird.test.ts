import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type BirdState, birdAnswer } from './bird.ts';

const bird: BirdState = {
  sessions: [
    { name: 'Mesh_10_88_0_12' },
    { name: 'Mesh_10_88_0_13', establishedAfterMs: 500 },
    { name: 'Node_10_88_0_14', establishedAfterMs: Number.POSITIVE_INFINITY, until: 'OpenSent' },
  ],
  recoveryMs: 2_000,
  readyForMs: 100,
};

const ask = (command: string, readyForMs: number | undefined): string =>
  birdAnswer(command, { ...bird, readyForMs }) ?? 'no answer';

describe('birdcl', () => {
  it('shows protocols as BIRD 1.x does', () => {
    assert.equal(
      ask('birdcl -s /var/run/calico/bird.ctl show protocols', 100),
      `BIRD v0.3.1 ready.
name     proto    table    state  since       info
static1  Static   master   up     09:04:00
kernel1  Kernel   master   up     09:04:00
device1  Device   master   up     09:04:00
direct1  Direct   master   up     09:04:00
Mesh_10_88_0_12 BGP      master   up     09:04:05    Established
Mesh_10_88_0_13 BGP      master   start  09:04:05    Active        Socket: Connection refused
Node_10_88_0_14 BGP      master   start  09:04:05    OpenSent
`,
    );
  });

  it('has sessions established some time after Ready, none before', () => {
    const established = (readyForMs: number | undefined) =>
      ask('birdcl show protocols', readyForMs).match(/Established/g)?.length ?? 0;
    assert.deepEqual([undefined, 0, 499, 500, 1e9].map(established), [0, 1, 1, 2, 2]);
  });

  it('says for how long it recovers', () => {
    assert.match(ask('birdcl show status', 1_999), /Graceful restart recovery in progress\n.*Daemon is up/s);
    assert.doesNotMatch(ask('birdcl show status', 2_000), /recovery/);
    assert.match(ask('birdcl show status', 2_000), /Daemon is up and running\n$/);
  });

  it('answers several questions of one shell line', () => {
    const answer = ask('sh -c birdcl -s x show protocols; birdcl6 show protocols && birdcl show status', 100);
    assert.equal(answer.match(/ready\./g)?.length, 3);
    assert.equal(answer.match(/BGP/g)?.length, 3);
    assert.match(answer, /Daemon is up/);
  });

  it('is asked by no other command', () => {
    assert.equal(ask('cat /etc/bird/bird.conf', 100), 'no answer');
  });
});
