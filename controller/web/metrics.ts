import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { PHASES, STEP_STATES, type UpgradeStatus } from '../../jobs/lib/calico/upgrade/status.ts';

/** In seconds; 90 is the budget for a node, and 120 what BIRD keeps routes for (components reference, section 5). */
const REPLACEMENT_BUCKETS = [1, 2, 5, 10, 20, 30, 45, 60, 75, 90, 105, 120];

/** What the controller counts for Prometheus. Nothing here throws or waits, but for `text`. */
export interface Metrics {
  /** From the deletion of a node's pod to its successor Ready with BGP. */
  observeReplacement(seconds: number): void;
  /** Phase, nodes and steps of the upgrade at hand, in the place of those before; undefined where there is none. */
  setStatus(status: UpgradeStatus | undefined): void;
  /** For `onRequest` of a client; status 0 is a request without an answer. */
  countRequest(method: string, status: number): void;
  /** For `onRetry` of a client. */
  countRetry(): void;
  /** In the format that Prometheus reads. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Metrics of their own, which start at zero. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const { replacement, requests, retries } = counters(registry);
  const { phases, nodes, steps } = gauges(registry);
  return {
    observeReplacement: seconds => replacement.observe(seconds),
    setStatus(status) {
      for (const phase of PHASES) phases.set({ phase }, Number(phase === status?.phase));
      nodes.reset();
      for (const [state, count] of Object.entries(status?.nodes ?? {})) nodes.set({ state }, count);
      steps.reset();
      for (const { name: step, state: current } of status?.steps ?? [])
        for (const state of STEP_STATES) steps.set({ step, state }, Number(state === current));
    },
    countRequest: (method, status) => requests.inc({ method, code: status === 0 ? 'none' : String(status) }),
    countRetry: () => retries.inc(),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function counters(registry: Registry) {
  const registers = [registry];
  const replacement = new Histogram({
    name: 'calico_upgrade_node_replacement_seconds',
    help: 'From the deletion of the calico-node pod of a node to its successor Ready with BGP.',
    buckets: REPLACEMENT_BUCKETS,
    registers,
  });
  const requests = new Counter({
    name: 'calico_upgrade_api_requests_total',
    help: 'Requests to the API server by method and status of the answer; none where no answer came.',
    labelNames: ['method', 'code'],
    registers,
  });
  const retries = new Counter({
    name: 'calico_upgrade_api_retries_total',
    help: 'Requests to the API server that failed and were sent again.',
    registers,
  });
  return { replacement, requests, retries };
}

function gauges(registry: Registry) {
  const registers = [registry];
  const phases = new Gauge({
    name: 'calico_upgrade_phase',
    help: '1 for the phase of the upgrade, 0 for the others.',
    labelNames: ['phase'],
    registers,
  });
  const nodes = new Gauge({
    name: 'calico_upgrade_nodes',
    help: 'Nodes of the rollout by state; total has them all.',
    labelNames: ['state'],
    registers,
  });
  const steps = new Gauge({
    name: 'calico_upgrade_step_state',
    help: '1 for the state that a step of the upgrade is in, 0 for the others.',
    labelNames: ['step', 'state'],
    registers,
  });
  return { phases, nodes, steps };
}
