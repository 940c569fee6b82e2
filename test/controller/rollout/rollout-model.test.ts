import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { anyFaults, type Fault } from './model/faults.ts';
import { play, type Story } from './model/play.ts';

const RUNS = 200;

/** The same stories in each run, unless others are asked for. */
const SEED = Number(process.env.ROLLOUT_MODEL_SEED ?? 20_171_201);
const NODES = 6;

const life = fc.record({
  ready: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 40 }) },
    fc.constantFrom(88, 120, Infinity),
  ),
  bgp: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 10 }) }, fc.constantFrom(100, Infinity)),
  crash: fc.oneof({ weight: 6, arbitrary: fc.constant(Infinity) }, fc.constant(4)),
});

const limits = fc.record({
  ownNode: fc.constantFrom('n1', 'n3', undefined),
  maxUnavailable: fc.constantFrom(1, 1, 2, 3),
  prePullParallel: fc.constantFrom(1, 2, 5),
  spread: fc.constantFrom('rack', undefined),
  minSecondsBetweenNodes: fc.constantFrom(0, 7),
  maxSkipped: fc.constantFrom(1, '50%'),
  checksBgp: fc.boolean(),
});

const stories: fc.Arbitrary<Story> = fc.record({
  nodes: fc.integer({ min: 1, max: NODES }),
  limits,
  lives: fc.array(life, { maxLength: 12, size: 'max' }),
  slowness: fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 60, size: 'max' }),
  faults: anyFaults(NODES),
});

describe('a rollout', () => {
  it('keeps its limits and comes to its end, whatever happens', () => {
    fc.assert(
      fc.property(stories, story => {
        play(story);
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });

  it('keeps them when the controller is killed at any second', () => {
    const quiet = { nodes: 2, limits: { ownNode: 'n1' }, lives: [], slowness: Array(40).fill(1) };
    for (let at = 0; at < 60; at += 1) {
      const killed: Fault = { at, what: 'controller killed', node: 'n1', seconds: 1 };
      assert.ok(play({ ...quiet, faults: [killed] }) > 0);
    }
  });
});
