import assert from 'node:assert/strict';
import { after, before, beforeEach } from 'node:test';
import type { Fault, RecordedRequest } from '../../faults/fault.ts';
import { type FaultedRun, type FaultLane, type FaultSubject, startFaultLane } from './fault-lane.ts';
import { assertOutcome, type Outcome, readOutcome } from './fault-outcome.ts';
import { effects, isStoredWrite, neverHit, plannedRequests } from './fault-plan.ts';

/** What a run without faults does and leaves, to compare others with. */
interface Reference {
  readonly run: FaultedRun;
  readonly outcome: Outcome;
}

/** A lane for the tests of one file: before each of them no job has run in it. */
export interface FaultSuite {
  readonly lane: FaultLane;
  /** A run without faults, and its writes. */
  readonly reference: Reference;
  readonly writes: readonly RecordedRequest[];
  /** A run with these faults succeeds, and does each thing once. */
  survives(faults: readonly Fault[], options?: readonly string[]): Promise<FaultedRun>;
  /** Every request that a run without faults makes, or every write, was hit. */
  assertAllHit(run: FaultedRun, which?: 'requests' | 'writes'): void;
  /** Whatever was before, a run without faults succeeds and leaves what it should. */
  nextRunCompletes(): Promise<void>;
  /** The cluster holds what a run without faults leaves. */
  isComplete(what: string): Promise<void>;
}

export function useFaultLane({ subject }: { readonly subject: FaultSubject }): FaultSuite {
  let lane: FaultLane | undefined;
  let reference: Reference | undefined;
  before(async () => {
    lane = await startFaultLane(subject);
    const run = await lane.run();
    assert.equal(run.exitCode, 0, run.log);
    assert.notEqual(plannedRequests(run.requests).filter(isStoredWrite).length, 0, run.log);
    reference = { run, outcome: await readOutcome(lane.admin, lane.job) };
  });
  beforeEach(async () => {
    await lane?.etcd.restore();
    await lane?.clean();
  });
  after(() => lane?.[Symbol.asyncDispose]());
  return suiteOf(
    () => lane ?? assert.fail('the lane is there only while tests run'),
    () => reference ?? assert.fail('the first run has not ended'),
  );
}

function suiteOf(lane: () => FaultLane, reference: () => Reference): FaultSuite {
  const isComplete = (what: string) => assertOutcome(lane().admin, reference().outcome, what, lane().job);
  return {
    get lane() {
      return lane();
    },
    get reference() {
      return reference();
    },
    get writes() {
      return reference().run.requests.filter(isStoredWrite);
    },
    isComplete,
    assertAllHit({ requests, log }, which = 'requests') {
      const planned = plannedRequests(reference().run.requests);
      assert.deepEqual(
        neverHit(which === 'writes' ? planned.filter(isStoredWrite) : planned, requests),
        [],
        log,
      );
    },
    async survives(faults, options) {
      const run = await lane().run(faults, options);
      assert.equal(run.exitCode, 0, run.log);
      await isComplete(run.log);
      assert.deepEqual(effects(run.requests), effects(reference().run.requests), run.log);
      return run;
    },
    async nextRunCompletes() {
      await lane().etcd.restore();
      const { exitCode, log } = await lane().run();
      assert.equal(exitCode, 0, log);
      await isComplete(log);
    },
  };
}
