import assert from 'node:assert/strict';
import { after, before, beforeEach } from 'node:test';
import type { Fault } from '../../faults/fault.ts';
import { type FaultedRun, type FaultLane, startFaultLane } from './fault-lane.ts';
import { assertOutcome, type Outcome, readOutcome } from './fault-outcome.ts';
import { effects, type PlannedRequest, plannedRequests } from './fault-plan.ts';

/** What a run without faults does and leaves, to compare others with. */
interface Reference {
  readonly run: FaultedRun;
  readonly outcome: Outcome;
}

/** A lane for the tests of one file: before each of them no job has run in it. */
export interface FaultSuite {
  readonly lane: FaultLane;
  /** The requests of a run without faults. */
  readonly planned: readonly PlannedRequest[];
  /** A run with these faults succeeds, and does each thing once. Returns how many requests were hit. */
  survives(faults: readonly Fault[], options?: readonly string[]): Promise<number>;
  /** Whatever was before, a run without faults succeeds and leaves what it should. */
  nextRunCompletes(): Promise<void>;
  /** The cluster holds what a run without faults leaves. */
  isComplete(what: string): Promise<void>;
}

export function useFaultLane(): FaultSuite {
  let lane: FaultLane | undefined;
  let reference: Reference | undefined;
  before(async () => {
    lane = await startFaultLane();
    const run = await lane.run();
    assert.equal(run.exitCode, 0, run.log);
    reference = { run, outcome: await readOutcome(lane.admin) };
  });
  beforeEach(() => lane?.clean());
  after(() => lane?.[Symbol.asyncDispose]());
  return suiteOf(
    () => lane ?? assert.fail('the lane is there only while tests run'),
    () => reference ?? assert.fail('the first run has not ended'),
  );
}

function suiteOf(lane: () => FaultLane, reference: () => Reference): FaultSuite {
  const isComplete = (what: string) => assertOutcome(lane().admin, reference().outcome, what);
  return {
    get lane() {
      return lane();
    },
    get planned() {
      return plannedRequests(reference().run.requests);
    },
    isComplete,
    async survives(faults, options) {
      const { exitCode, log, requests } = await lane().run(faults, options);
      assert.equal(exitCode, 0, log);
      await isComplete(log);
      assert.deepEqual(effects(requests), effects(reference().run.requests), log);
      return requests.filter(({ fault }) => fault !== undefined).length;
    },
    async nextRunCompletes() {
      const { exitCode, log } = await lane().run();
      assert.equal(exitCode, 0, log);
      await isComplete(log);
    },
  };
}
