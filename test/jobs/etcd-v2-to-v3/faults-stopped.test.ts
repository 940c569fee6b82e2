import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { Fault, FaultFilter, RecordedRequest } from '../../faults/fault.ts';
import { READY } from './fault-data.ts';
import { WRITES } from './fault-kill.ts';
import { type FaultLane, type Side, setFaults, untilSaid } from './fault-lane.ts';
import { assertUntouched, assertV1 } from './fault-outcome.ts';
import { useFaultLane } from './fault-suite.ts';

const suite = useFaultLane();

type Program = ReturnType<FaultLane['start']>;

/** Starts a command and calls once with it at a request. */
function startWith(
  args: readonly string[],
  side: Side,
  fault: { readonly match: FaultFilter; readonly at?: number; readonly when: 'before' | 'after' },
  call: (program: Program, request: RecordedRequest) => unknown,
  env: Readonly<Record<string, string>> = {},
): Program {
  const made: { program?: Program } = {};
  const { when, ...rest } = fault;
  const calling = (request: RecordedRequest) => call(made.program ?? assert.fail('not started'), request);
  const armed: Fault = { ...rest, action: { do: 'call', when, call: calling } };
  setFaults(suite.lane.proxies, { [side]: [armed] });
  made.program = suite.lane.start(args, env);
  return made.program;
}

const STAGES: readonly (readonly [
  stage: string,
  side: Side,
  fault: Parameters<typeof startWith>[2],
  signal: NodeJS.Signals,
  isPaused: boolean,
])[] = [
  ['the v1 data is read', 'v2', { match: { path: /\/bgp\/v1\/global/ }, when: 'after' }, 'SIGTERM', false],
  ['the lock is taken', 'v3', { match: WRITES.v3, at: 2, when: 'after' }, 'SIGINT', false],
  ['the data is copied', 'v3', { match: WRITES.v3, at: 5, when: 'before' }, 'SIGTERM', false],
  ['the pause is recorded', 'v3', { match: WRITES.v3, at: 7, when: 'after' }, 'SIGINT', false],
  ['Calico has been paused', 'v2', { match: WRITES.v2, at: 2, when: 'after' }, 'SIGTERM', true],
  ['all is verified', 'v3', { match: { path: /Watch/ }, when: 'after' }, 'SIGINT', true],
];

// Row 4 of the list of the original's defects.
for (const [stage, side, fault, signal, isPaused] of STAGES) {
  test(`${signal} when ${stage}: Calico 2.6 works, and the next start ends as if nothing had been`, async () => {
    await suite.lane.clean();
    const { result } = startWith(['start'], side, fault, ({ child }) => child.kill(signal));
    const { exitCode, stdout, sentence } = await result;
    assert.equal(exitCode, 1, stdout);
    assert.ok(sentence.startsWith(`stopped by ${signal}: `), stdout);
    if (isPaused) assert.match(sentence, /Calico 2\.6 works again; .* next start$/);
    await assertV1(suite.lane, 'true', stdout);
    await suite.isMigrated((await suite.succeeds(['start'])).log);
  });
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} in the drain: Calico 2.6 works again at once, and it is said`, async () => {
    await suite.lane.clean();
    setFaults(suite.lane.proxies, {});
    const { child, result } = suite.lane.start(['start'], { CALICO_UPGRADE_DRAIN_SECONDS: '600' });
    await untilSaid({ child, result }, /waiting .* for what runs already to end/);
    assert.equal(await suite.lane.v1.get(READY), 'false');
    child.kill(signal);
    const { exitCode, stdout, sentence } = await result;
    assert.equal(exitCode, 1, stdout);
    assert.match(sentence, new RegExp(`^stopped by ${signal}: .*Calico 2\\.6 works again`));
    await assertV1(suite.lane, 'true', stdout);
    await assertUntouched(suite.lane, (await suite.succeeds(['abort'])).log);
  });
}

test('a pause that etcd gets after the run was stopped has no effect', async () => {
  const { lane } = suite;
  await lane.clean();
  const late: RecordedRequest[] = [];
  const fault = { match: WRITES.v2, at: 2, when: 'before' } as const;
  const { result } = startWith(['start'], 'v2', fault, (program, request) => {
    late.push(request);
    program.child.kill('SIGTERM');
    return once(program.child, 'exit');
  });
  const { exitCode, stdout } = await result;
  assert.equal(exitCode, 1, stdout);
  const [{ path, body }] = late[0] ? [late[0]] : assert.fail('no pause');
  assert.equal(body, 'value=false');
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { status } = await fetch(`${lane.etcd.endpoint}${path}`, { method: 'PUT', body, headers });
  assert.equal(status, 412);
  await assertV1(lane, 'true', stdout);
});

const ENDS: readonly (readonly [args: readonly string[], at: number])[] = [
  [['abort'], 3],
  [['complete'], 3],
];
for (const [args, at] of ENDS) {
  test(`SIGTERM in ${args.join(' ')}: exit code 1, and the next one ends it`, async () => {
    await suite.lane.clean();
    await suite.succeeds(['start']);
    const fault = { match: WRITES.v3, at, when: 'before' } as const;
    const { result } = startWith(args, 'v3', fault, ({ child }) => child.kill('SIGTERM'));
    const { exitCode, stdout } = await result;
    assert.equal(exitCode, 1, stdout);
    await suite.succeeds(args);
    if (args[0] === 'abort') await assertUntouched(suite.lane, stdout);
    else assert.equal(await suite.lane.ready(), 'false');
  });
}
