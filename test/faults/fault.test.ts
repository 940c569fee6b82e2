import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Fault, faultPicker } from './fault.ts';

const ACTION = { do: 'refuse' } as const;
const get = (path: string) => ({ method: 'GET', path });

/** Which of the requests are hit, counted from 1. */
function hits(
  fault: Omit<Fault, 'action'>,
  requests: readonly { method: string; path: string; body?: string }[],
): number[] {
  const pick = faultPicker([{ ...fault, action: ACTION }]);
  return requests.flatMap((request, index) => (pick(request) ? [index + 1] : []));
}

test('hits the first request unless told which, and as often as told', () => {
  const five = Array.from({ length: 5 }, () => get('/a'));
  assert.deepEqual(hits({}, five), [1]);
  assert.deepEqual(hits({ at: 3 }, five), [3]);
  assert.deepEqual(hits({ at: 2, times: 3 }, five), [2, 3, 4]);
  assert.deepEqual(hits({ times: Number.POSITIVE_INFINITY }, five), [1, 2, 3, 4, 5]);
});

test('counts only the requests that match', () => {
  const post = { method: 'POST', path: '/pools' };
  const requests = [get('/pools'), post, get('/peers'), post, { method: 'DELETE', path: '/peers/a' }];
  assert.deepEqual(hits({ match: { writes: true }, at: 2 }, requests), [4]);
  assert.deepEqual(hits({ match: { writes: false }, at: 2 }, requests), [3]);
  assert.deepEqual(hits({ match: { methods: ['POST', 'DELETE'] }, at: 3 }, requests), [5]);
  assert.deepEqual(hits({ match: { path: /^\/peers/g }, times: 9 }, requests), [3, 5]);
});

test('of several faults the first that is due acts, and all of them count', () => {
  const pick = faultPicker([
    { action: { do: 'reset' } },
    { at: 2, times: 2, action: ACTION },
    { at: 2, action: { do: 'stall' } },
  ]);
  const done = Array.from({ length: 4 }, () => pick(get('/'))?.do);
  assert.deepEqual(done, ['reset', 'refuse', 'refuse', undefined]);
});

test('each: every different request is hit, and passes when it is sent again', () => {
  const create = (name: string) => ({ method: 'POST', path: '/pools', body: name });
  const requests = [get('/pools'), create('a'), create('b'), create('b'), create('a'), get('/pools')];
  assert.deepEqual(hits({ each: true }, requests), [1, 2, 3]);
  assert.deepEqual(hits({ each: true }, [...requests, get('/pools'), get('/pools')]), [1, 2, 3, 7]);
  assert.deepEqual(hits({ each: true, times: 1 }, [...requests, get('/pools'), get('/pools')]), [1, 2, 3]);
  assert.deepEqual(hits({ each: true, match: { writes: true } }, requests), [2, 3]);
});

test('a probability makes the same choices for the same seed', () => {
  const many = Array.from({ length: 2000 }, () => get('/'));
  const first = hits({ probability: 0.1, seed: 7 }, many);
  assert.deepEqual(hits({ probability: 0.1, seed: 7 }, many), first);
  assert.notDeepEqual(hits({ probability: 0.1, seed: 8 }, many), first);
  assert.ok(first.length > 150 && first.length < 250, `${first.length} of 2000`);
  assert.equal(hits({ probability: 0.1, times: 3 }, many).length, 3);
});
