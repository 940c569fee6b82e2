import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { picture } from './picture.ts';
import { RECORDED, readRecording } from './recorded.ts';

describe('the picture of the recorded rollout', () => {
  it('is drawn from the data beside it', async () => {
    const hint = 'draw it anew: npm run picture';
    assert.equal(await readFile(RECORDED.picture, 'utf8'), picture(await readRecording()), hint);
  });

  it('is of a run in which no route and no packet was lost, but in the counter-test', async () => {
    const { routesLost, pings, replacements, heldBack, budgetSeconds } = await readRecording();
    assert.equal(routesLost, 0);
    assert.deepEqual(
      pings.map(({ lost }) => lost),
      [0, 0, 0],
    );
    for (const { measured } of replacements) assert.ok(measured < budgetSeconds);
    assert.equal(heldBack.routesLost.length, 2);
  });
});
