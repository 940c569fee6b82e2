import { buildBundle } from './bundle.ts';
import { measureController, raceShell } from './controller.ts';
import {
  countRequests,
  kubectlApply,
  removeCopies,
  runCopy,
  type SeededCluster,
  startSeeded,
} from './copy.ts';
import { type EtcdRun, measureEtcd } from './etcd.ts';
import { startSlowServer } from './latency.ts';
import { convertMeasured, proofMs, SPREADS } from './policies.ts';
import { convertMs, MEETINGS, planMs } from './pure.ts';
import { measureStart } from './start-time.ts';
import { atLeast, atMost, type Verdict } from './verdict.ts';

/** What has to hold on any machine: ratios, counts and memory; plain times only where they are far from the target. */
const TARGETS = {
  requestsPerObject: 1.3,
  peakMiB: 200,
  timesAsFastAsKubectl: 5,
  startRatio: 6,
  /** The proof of a policy conversion, and the memory of its run. */
  proofSeconds: 20,
  conversionSeconds: 20,
  conversionMiB: 300,
  /** Of the times for twice as many objects. Work that grows with the square takes 4 times as long. */
  doublingRatio: 3,
  /** Of a whole etcd-v2-to-v3 start without the drain, and of a bare loop of batched puts of the same bytes. */
  etcdTimesTheLimit: 3,
  etcdPauseMs: 2_000,
  /** Of the pauses with the most and the fewest endpoints. */
  etcdPauseRatio: 2,
  etcdPeakMiB: 300,
  /** Of the controller with 5,000 nodes. */
  controllerMiB: 250,
  requestsPerNode: 12,
  overheadSeconds: 1,
  statusKiB: 100,
  /** Of a shell loop of the documented commands, on the same nodes. */
  timesTheShell: 1.15,
};

const NODES = 5_000;
const NODES_AT_ONCE = 50;
const RACE_NODES = 20;

const ETCD_ENDPOINTS = [1_000, 10_000, 50_000] as const;

const OBJECTS = 5_000;
const PODS = 5_000;
const POLICIES = 500;
/**
 * What a request takes longer in a real cluster than here, where etcd does not wait for its disk and there is no network.
 * kubectl sends two requests an object, one after the other; without this, both wait for the API server's CPU only.
 */
const LATENCY_MS = 10;
const STARTS = 21;
const PURE_OBJECTS = 10_000;
const PURE_TRIES = 3;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Other load makes a ratio larger or smaller; work that grows with the square is never near 2. */
function doubling(what: string, ms: (count: number) => number): Verdict {
  let best = Number.POSITIVE_INFINITY;
  ms(PURE_OBJECTS); // compiles
  for (let tries = 0; tries < PURE_TRIES && best > TARGETS.doublingRatio; tries += 1) {
    const [once, twice] = [ms(PURE_OBJECTS), ms(2 * PURE_OBJECTS)];
    say(
      `${what}: ${PURE_OBJECTS} objects ${once.toFixed(0)} ms, ${2 * PURE_OBJECTS} objects ${twice.toFixed(0)} ms`,
    );
    best = Math.min(best, twice / once);
  }
  return atMost(`${what}: time for twice as many objects`, best, TARGETS.doublingRatio, 'times');
}

function benchPure(): readonly Verdict[] {
  return [
    doubling('conversion', convertMs),
    ...MEETINGS.map(meeting => doubling(`plan, CRD objects: ${meeting}`, count => planMs(count, meeting))),
  ];
}

async function benchStart(main: string): Promise<readonly Verdict[]> {
  const { jobMs, emptyMs, ratio } = await measureStart(main, STARTS);
  say(`start to first log line ${jobMs.toFixed(0)} ms, an empty Node program ${emptyMs.toFixed(0)} ms`);
  return [atMost('start to first log line, of an empty Node program', ratio, TARGETS.startRatio, 'times')];
}

async function benchCopy(main: string): Promise<readonly Verdict[]> {
  say(`creating ${OBJECTS} ThirdPartyResource objects`);
  await using seeded = await startSeeded('bench', OBJECTS);
  const requests = await countRequests(main, seeded);
  say(`tpr-to-crd: ${requests} API requests`);
  const { cluster } = seeded;
  await race(main, seeded, 'on this machine', cluster.kubeconfig);
  await using slow = await startSlowServer(cluster.server, LATENCY_MS);
  const user = { user: 'bench', groups: ['system:masters'] };
  const kubeconfig = await cluster.kubeconfigFor(user, { server: slow.url });
  const { copy, kubectl } = await race(main, seeded, `with ${LATENCY_MS} ms to the API server`, kubeconfig);
  return [
    atMost('API requests an object', requests / OBJECTS, TARGETS.requestsPerObject, ''),
    atMost('peak memory of tpr-to-crd', copy.peakMiB, TARGETS.peakMiB, 'MiB'),
    atLeast('as fast as kubectl apply', kubectl.ms / copy.ms, TARGETS.timesAsFastAsKubectl, 'times'),
  ];
}

async function benchPolicies(main: string): Promise<readonly Verdict[]> {
  const proofs = SPREADS.map(spread => {
    const ms = proofMs(PODS, POLICIES, spread);
    say(`proof of a policy conversion, ${PODS} pods, ${POLICIES} policies, ${spread}: ${seconds(ms)}`);
    return atMost(`proof, ${spread}`, ms / 1000, TARGETS.proofSeconds, 's');
  });
  say(`creating ${PODS} pods and ${POLICIES} NetworkPolicies`);
  const { ms, peakMiB, stdout } = await convertMeasured(main, PODS, POLICIES);
  for (const line of stdout.split('\n').filter(text => text.includes(' pairs of pods on '))) say(line);
  say(`policy-converter: a whole run in ${seconds(ms)}, ${peakMiB.toFixed(0)} MiB`);
  return [
    ...proofs,
    atMost('policy-converter, a whole run', ms / 1000, TARGETS.conversionSeconds, 's'),
    atMost('peak memory of policy-converter', peakMiB, TARGETS.conversionMiB, 'MiB'),
  ];
}

async function benchEtcd(main: string): Promise<readonly Verdict[]> {
  const runs: EtcdRun[] = [];
  for (const endpoints of ETCD_ENDPOINTS) {
    say(`etcd-v2-to-v3: writing ${endpoints} workload endpoints and what belongs to them to etcd v2`);
    const run = await measureEtcd(main, endpoints);
    runs.push(run);
    const { v1Keys, v3Keys, ms, pauseMs, peakMiB, limitMs } = run;
    say(
      `${v1Keys} keys of v1 to ${v3Keys} of v3: start ${seconds(ms)}, pause ${pauseMs} ms, ${peakMiB.toFixed(0)} MiB; a bare loop of puts ${seconds(limitMs)}: ${(ms / limitMs).toFixed(2)} times`,
    );
  }
  const [least, most] = [runs[0], runs.at(-1)];
  if (!least || !most) return [];
  return [
    atMost(
      'start of etcd-v2-to-v3, of a bare loop',
      most.ms / most.limitMs,
      TARGETS.etcdTimesTheLimit,
      'times',
    ),
    atMost('pause of etcd-v2-to-v3', most.pauseMs, TARGETS.etcdPauseMs, 'ms'),
    atMost(
      'pause, of that with the fewest endpoints',
      most.pauseMs / least.pauseMs,
      TARGETS.etcdPauseRatio,
      'times',
    ),
    atMost('peak memory of etcd-v2-to-v3', most.peakMiB, TARGETS.etcdPeakMiB, 'MiB'),
  ];
}

async function benchController(): Promise<readonly Verdict[]> {
  const { controllerMs, shellMs } = await raceShell(RACE_NODES);
  say(`${RACE_NODES} nodes one by one: controller ${seconds(controllerMs)}, shell loop ${seconds(shellMs)}`);
  say(`starting ${NODES} simulated nodes`);
  const run = await measureController(NODES, NODES_AT_ONCE);
  say(
    `${NODES} nodes, ${NODES_AT_ONCE} at once: ${seconds(run.ms)}, ${run.peakMiB.toFixed(0)} MiB, ${run.requestsPerNode.toFixed(1)} requests a node, overhead ${run.overheadMs.toFixed(0)} ms a node (${run.longestOverheadMs.toFixed(0)} at the most), status ${run.statusBytes} bytes`,
  );
  return [
    atMost('time for 20 nodes, of a shell loop', controllerMs / shellMs, TARGETS.timesTheShell, 'times'),
    atMost('peak memory of the controller', run.peakMiB, TARGETS.controllerMiB, 'MiB'),
    atMost('API requests a node', run.requestsPerNode, TARGETS.requestsPerNode, ''),
    atMost('overhead a node', run.overheadMs / 1000, TARGETS.overheadSeconds, 's'),
    atMost('status', run.statusBytes / 1024, TARGETS.statusKiB, 'KiB'),
  ];
}

/** The copy and `kubectl apply -f` of the same objects, one after the other. */
async function race(main: string, seeded: SeededCluster, where: string, kubeconfig: string) {
  await removeCopies(seeded);
  const copy = await runCopy(main, seeded, kubeconfig);
  say(`${where}, tpr-to-crd: ${OBJECTS} objects in ${seconds(copy.ms)}, ${copy.peakMiB.toFixed(0)} MiB`);
  await removeCopies(seeded);
  const kubectl = await kubectlApply(seeded, kubeconfig);
  say(`${where}, kubectl apply -f: ${OBJECTS} objects in ${seconds(kubectl.ms)}`);
  return { copy, kubectl };
}

/** All of them, or those that are named: `npm run bench -- etcd`. */
const BENCHES: Readonly<Record<string, (main: string) => Promise<readonly Verdict[]>>> = {
  pure: async () => benchPure(),
  start: benchStart,
  copy: benchCopy,
  etcd: benchEtcd,
  policies: benchPolicies,
  controller: benchController,
};

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter(name => !Object.hasOwn(BENCHES, name));
  if (unknown.length > 0) {
    say(`No benchmark is named ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}.`);
    return 2;
  }
  await using bundle = await buildBundle();
  const verdicts: Verdict[] = [];
  for (const [name, bench] of Object.entries(BENCHES)) {
    if (names.length === 0 || names.includes(name)) verdicts.push(...(await bench(bundle.main)));
  }
  say('');
  for (const { met, text } of verdicts) say(`${met ? 'met   ' : 'MISSED'}  ${text}`);
  return verdicts.every(({ met }) => met) ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
