import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import type { Resource } from '../../jobs/lib/kubernetes/resource.ts';
import { type Watched, watch } from '../../jobs/lib/kubernetes/watch.ts';
import { refused } from '../../jobs/lib/run/failure.ts';
import type { Log } from '../../jobs/lib/run/log.ts';
import { type Memory, newMemory } from '../rollout/seen.ts';
import { newSession, type RolloutSession, untilIdle } from '../rollout/session.ts';
import { openStores, type Stores } from '../rollout/stores.ts';

/** What is followed and remembered for the rollout of one DaemonSet, by this process. */
export interface RolloutRun {
  readonly resource: Resource;
  readonly name: string;
  readonly namespace: string;
  readonly stores: Stores;
  readonly daemonSets: Watched<KubeObject>;
  readonly memory: Memory;
  readonly session: RolloutSession;
  /** Aborted when it is closed. */
  readonly signal: AbortSignal;
  isSynced(): boolean;
  /** Ends the watches, and what is being done: who comes next must see all of its effects. */
  close(): Promise<void>;
}

export interface RolloutRunOptions {
  readonly client: KubeClient;
  readonly resource: Resource;
  readonly daemonSet: KubeObject;
  readonly log: Log;
  readonly onChange: () => void;
  readonly signal: AbortSignal;
}

/** Begins to follow a DaemonSet, its pods and all Nodes. */
export function openRolloutRun(options: RolloutRunOptions): RolloutRun {
  const { client, resource, daemonSet, log, onChange } = options;
  const { name, namespace = '' } = daemonSet.metadata;
  const closing = new AbortController();
  const signal = AbortSignal.any([options.signal, closing.signal]);
  const session = newSession();
  const onLoss = (what: string, error: Error): void =>
    log.warn(`lost sight of ${what}, and looks anew: ${error.message}`);
  const onEnd = (error: unknown): void => {
    if (signal.aborted) return;
    session.problem = error instanceof Error ? error : new Error(String(error));
    onChange();
  };
  const stores = openStores({
    ...{ client, namespace, onChange, onLoss, onEnd, signal },
    labelSelector: selectorOf(daemonSet),
  });
  const daemonSets = watch(
    client,
    resource,
    {
      namespace,
      fieldSelector: `metadata.name=${name}`,
      pick: object => object,
      onChange,
      onLoss: error => onLoss(`DaemonSet ${name}`, error),
    },
    signal,
  );
  daemonSets.done.catch(onEnd);
  return {
    ...{ resource, name, namespace, stores, daemonSets, session, signal },
    memory: newMemory(),
    isSynced: () => stores.isSynced() && daemonSets.isSynced(),
    async close() {
      closing.abort(new Error('the rollout is over'));
      await untilIdle(session, options.signal);
    },
  };
}

/** The selector of a DaemonSet as a query; the hosted installs leave it to the labels of the template. */
function selectorOf({ metadata, spec }: KubeObject): string {
  const selector = isRecord(spec) && isRecord(spec.selector) ? spec.selector.matchLabels : undefined;
  const labels = isRecord(selector) ? Object.entries(selector) : [];
  if (labels.length > 0) return labels.map(([label, value]) => `${label}=${String(value)}`).join(',');
  throw refused(
    `DaemonSet ${metadata.name} has no spec.selector.matchLabels, by which its pods are found. Apply it with labels`,
  );
}
