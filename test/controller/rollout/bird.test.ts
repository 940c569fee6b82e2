import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isRecovering, missingSessions, parseBird } from '../../../controller/rollout/bird.ts';
import { findingOf } from '../../../controller/rollout/perform.ts';
import { CALICO_BOTH, NO_SOCKET, RECOVERED, RECOVERING, STARTING } from './bird-output.ts';

/** Sessions as text, with + before one that is Established. */
const sessions = (text: string): readonly string[] =>
  parseBird(text).sessions.map(
    ({ name, info, isEstablished }) => `${isEstablished ? '+' : '-'} ${name}: ${info}`,
  );

describe('of BIRD the rollout reads', () => {
  it('its BGP sessions and their state, and nothing of other protocols', () => {
    assert.deepEqual(sessions(STARTING), [
      '- Mesh_10_88_0_12: Active Socket: Connection refused',
      '- Global_10_88_0_99: Connect',
      '- Node_10_88_0_98: down',
    ]);
    assert.deepEqual(sessions(RECOVERING), [
      '+ Mesh_10_88_0_12: Established',
      '- Global_10_88_0_99: Active Socket: No route to host',
      '- Node_10_88_0_98: down',
    ]);
    assert.deepEqual(sessions(NO_SOCKET), ['- Mesh_10_88_0_11: Error: No listening socket']);
  });

  it('the same of calico/node 2.x, IPv4 and IPv6, since yesterday or today', () => {
    assert.deepEqual(sessions(CALICO_BOTH), [
      '+ Mesh_172_17_8_102: Established',
      '- Global_172_17_8_1: Idle BGP Error: Hold timer expired',
      '- Mesh_fd00__8_102: OpenSent',
    ]);
    assert.equal(parseBird(CALICO_BOTH).recovering, 1);
  });

  it('a session in every state that BIRD has', () => {
    for (const state of ['up', 'feed', 'wait']) {
      const line = `Mesh_10_88_0_12 BGP      master   ${state.padEnd(5)}  09:04:05    Established   `;
      assert.deepEqual(sessions(line), ['+ Mesh_10_88_0_12: Established']);
    }
    for (const state of ['start', 'stop', 'flush', '???']) {
      const line = `Mesh_10_88_0_12 BGP      master   ${state.padEnd(5)}  09:04:05    Close         `;
      assert.deepEqual(sessions(line), ['- Mesh_10_88_0_12: Close']);
    }
  });

  it('for how many neighbours it waits after a start', () => {
    const waits = [STARTING, RECOVERING, RECOVERED, NO_SOCKET].map(text => parseBird(text).recovering);
    assert.deepEqual(waits, [2, 1, 0, 0]);
  });

  it('no sessions where there are none', () => {
    assert.deepEqual(parseBird(''), { sessions: [], recovering: 0 });
    fc.assert(fc.property(fc.string(), text => parseBird(text).sessions.length <= text.length));
  });
});

describe('sessions that were down before', () => {
  const report = parseBird(RECOVERING);
  const away = ['Global_10_88_0_99', 'Node_10_88_0_98'];

  it('are not waited for', () => {
    const missing = (down: readonly string[]) => missingSessions(report, down).map(({ name }) => name);
    assert.deepEqual(missing([]), away);
    assert.deepEqual(missing(['Node_10_88_0_98']), ['Global_10_88_0_99']);
    assert.deepEqual(missing(away), []);
  });

  it('do not hold up the next node by the recovery that waits for them', () => {
    assert.equal(isRecovering(report, []), true);
    assert.equal(isRecovering(report, away), false);
    assert.equal(isRecovering(parseBird(STARTING), away), true);
    assert.equal(
      isRecovering(report, ['Node_10_88_0_98']),
      true,
      'BIRD does not wait for what is switched off',
    );
  });
});

describe('what an answer of BIRD means', () => {
  const away = ['Global_10_88_0_99', 'Node_10_88_0_98'];
  const starting = findingOf(parseBird(STARTING), away, undefined, 3_000);
  const up = findingOf(parseBird(RECOVERING), away, starting, 11_000);

  it('not Established yet, and why', () => {
    assert.deepEqual(starting, {
      asked: 1,
      askedAt: 3_000,
      establishedAt: undefined,
      isRecovering: true,
      problem: 'Mesh_10_88_0_12 Active Socket: Connection refused',
    });
  });

  it('Established since it was first seen', () => {
    const again = findingOf(parseBird(RECOVERING), away, up, 12_000);
    assert.deepEqual(again, {
      asked: 3,
      askedAt: 12_000,
      establishedAt: 11_000,
      isRecovering: false,
      problem: '',
    });
  });

  it('not Established any more, when a session is lost', () => {
    const lost = findingOf(parseBird(STARTING), away, up, 12_000);
    assert.equal(lost.establishedAt, undefined);
    assert.equal(findingOf(parseBird(RECOVERING), away, lost, 20_000).establishedAt, 20_000);
  });

  it('nothing new where there is no answer: what was known stays, and the reason is told', () => {
    const recovering = { ...up, isRecovering: true };
    assert.deepEqual(findingOf({ problem: 'birdcl fails with exit code 1' }, away, recovering, 12_000), {
      asked: 3,
      askedAt: 12_000,
      establishedAt: 11_000,
      isRecovering: true,
      problem: 'birdcl fails with exit code 1',
    });
    assert.equal(findingOf({ problem: 'timeout' }, away, undefined, 3_000).establishedAt, undefined);
  });
});
