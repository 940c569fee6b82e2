import type { HistoryEntry } from '../kubelets/history.ts';
import { isPodEntry } from '../kubelets/history.ts';
import { isCalicoNode } from '../kubelets/outages.ts';

/** When what happened to a node that was replaced, on one clock. */
export interface NodeTime {
  readonly node: string;
  readonly cordonedMs: number;
  readonly deletedMs: number;
  readonly readyMs: number;
  readonly uncordonedMs: number;
}

/** The times of all nodes that were cordoned, replaced and uncordoned. */
export function nodeTimes(history: readonly HistoryEntry[]): readonly NodeTime[] {
  return [...Map.groupBy(history, ({ node }) => node)].flatMap(([node, entries]) => {
    const at = (what: HistoryEntry['what']): number | undefined =>
      entries.find(entry => entry.what === what && (!isPodEntry(entry) || isCalicoNode(entry.pod)))?.atMs;
    const [cordonedMs, deletedMs, readyMs, uncordonedMs] = [
      at('cordoned'),
      at('pod-deleted'),
      at('pod-ready'),
      at('uncordoned'),
    ];
    if (cordonedMs === undefined || deletedMs === undefined) return [];
    return readyMs === undefined || uncordonedMs === undefined
      ? []
      : [{ node, cordonedMs, deletedMs, readyMs, uncordonedMs }];
  });
}

/** From the first cordon to the last uncordon. */
export const wholeMs = (times: readonly NodeTime[]): number =>
  Math.max(...times.map(({ uncordonedMs }) => uncordonedMs)) -
  Math.min(...times.map(({ cordonedMs }) => cordonedMs));
