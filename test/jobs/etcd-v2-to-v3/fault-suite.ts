import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { type FaultedRun, type FaultLane, type LaneOptions, startFaultLane } from './fault-lane.ts';
import { type Outcome, readOutcome } from './fault-outcome.ts';

/** A run without faults, and what it left. */
export interface Reference {
  readonly run: FaultedRun;
  readonly outcome: Outcome;
}

/** A lane for the tests of one file, with what `start` does and leaves where nothing goes wrong. */
export interface FaultSuite {
  readonly lane: FaultLane;
  readonly reference: Reference;
  /** Runs a command that must succeed. */
  succeeds(args: readonly string[]): Promise<FaultedRun>;
  /** All of the migration is there, and nothing else, as after the start without faults. */
  isMigrated(what: string): Promise<void>;
}

export function useFaultLane(options: LaneOptions = {}): FaultSuite {
  const made: { lane?: FaultLane; reference?: Reference } = {};
  before(async () => {
    made.lane = await startFaultLane(options);
    const run = await made.lane.run(['start']);
    assert.equal(run.exitCode, 0, run.log);
    made.reference = { run, outcome: await readOutcome(made.lane) };
  });
  after(() => made.lane?.[Symbol.asyncDispose]());
  const lane = () => made.lane ?? assert.fail('the lane is there only while tests run');
  const reference = () => made.reference ?? assert.fail('the first run has not ended');
  return {
    get lane() {
      return lane();
    },
    get reference() {
      return reference();
    },
    async succeeds(args) {
      const run = await lane().run(args);
      assert.equal(run.exitCode, 0, run.log);
      return run;
    },
    async isMigrated(what) {
      assert.deepEqual(await readOutcome(lane()), reference().outcome, what);
    },
  };
}
