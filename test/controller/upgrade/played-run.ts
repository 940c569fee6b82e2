import { KubeConfig } from '@kubernetes/client-node';
import { createPatience } from '../../../controller/jobs/patience.ts';
import type { Run } from '../../../controller/upgrade/run.ts';
import { type Turned, takeTurn } from '../../../controller/upgrade/turn.ts';
import { createMetrics } from '../../../controller/web/metrics.ts';
import type { StepStatus } from '../../../jobs/lib/calico/upgrade/status.ts';
import { DAEMON_SETS, DEPLOYMENTS } from '../../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../../jobs/lib/kubernetes/client.ts';
import { discoverKinds } from '../../../jobs/lib/kubernetes/kinds.ts';
import { createLog } from '../../../jobs/lib/run/log.ts';
import { hostedKdd } from '../hosted/kdd.ts';
import { specOf } from '../target/target-input.ts';
import { detectedOf } from './detected.ts';

/** An upgrade in the middle of one step, whose API server and clock a test plays. */
export interface PlayedRun {
  readonly run: Run;
  /** Takes a turn at that minute. */
  turn(minute: number, spec?: object): Promise<Turned>;
}

/** `answer` is what the API server says, or throws, at each request. */
export function playedRun(step: StepStatus, answer: () => unknown, signal?: AbortSignal): PlayedRun {
  let now = 0;
  const patience = () => createPatience(() => now);
  const client = clientOf(answer);
  const [daemonSets] = DAEMON_SETS;
  const [deployments] = DEPLOYMENTS;
  if (!daemonSets || !deployments) throw new Error('no form of them is known');
  const served = { gitVersion: 'v1.7.5', servesTprs: true, servesCrds: true };
  const run: Run = {
    controller: {
      client,
      log: createLog({ format: 'text', level: 'error' }, { write: () => undefined }),
      namespace: 'calico-upgrade',
      ownNode: undefined,
      manifests: '',
      events: { onUpgrade: () => undefined, onNode: () => undefined, settled: async () => undefined },
      metrics: createMetrics(),
      wake: () => undefined,
      signal: signal ?? new AbortController().signal,
    },
    upgrade: { metadata: { name: 'to-2.6', uid: 'u1' } },
    forms: { ...served, daemonSets, deployments, policies: undefined },
    kinds: discoverKinds(client),
    ...{ daemonSets, deployments, isRollback: false, plannedFor: 'a plan', steps: [step] },
    detected: detectedOf(hostedKdd('2.4.1')),
    previous: { from: '2.4.1', target: '2.6.12', isLate: false, controllers: [], rollback: undefined },
    patience: { job: patience(), rollout: patience(), step: patience(), failure: patience() },
    made: {},
  };
  return {
    run,
    async turn(minute, spec = {}) {
      now = minute * 60_000;
      const upgrade = { ...run.upgrade, spec: { targetVersion: 'v2.6.12', ...spec } };
      const turned = await takeTurn(run, upgrade, specOf('v2.6.12', spec), new Date(now));
      run.made.facts = turned.facts;
      return turned;
    },
  };
}

const clientOf = (answer: () => unknown): KubeClient => ({
  server: 'https://localhost',
  request: async () => answer(),
  async *lines() {},
  config: new KubeConfig(),
  onRequest: undefined,
  close: async () => undefined,
});
