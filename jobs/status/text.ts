import { stripVTControlCharacters } from 'node:util';
import type { NodeCounts, StepStatus, UpgradeStatus } from '../lib/calico/upgrade/status.ts';
import { durationText } from '../lib/run/progress.ts';
import { tableLines } from '../lib/run/table.ts';
import type { UpgradeView } from './view.ts';

const BAR_WIDTH = 20;

/** The widest state of a step, so that the table does not move. */
const STATE_WIDTH = 'NotNeeded'.length;

/** How an upgrade is, in lines for people; with `now` also for how long it waits. */
export function viewLines({ name, status, doubt }: UpgradeView, now?: Date): readonly string[] {
  const lines = [
    `CalicoUpgrade ${name}${status ? `: ${headText(status)}` : ''}`,
    ...(status && status.message !== '' ? [`${status.message}${sinceText(status, now)}`] : []),
    ...(doubt === undefined ? [] : [`But ${doubt}`]),
    ...(status?.steps ? ['', ...stepLines(status.steps)] : []),
    ...(status ? restOf(status) : []),
  ];
  return lines.map(oneLine);
}

function headText({ phase, from, target }: UpgradeStatus): string {
  if (target === undefined) return phase;
  return from === undefined ? `${phase}, to Calico ${target}` : `${phase}, Calico ${from} to ${target}`;
}

function sinceText({ since }: UpgradeStatus, now: Date | undefined): string {
  if (since === undefined) return '';
  const ms = now === undefined ? Number.NaN : now.getTime() - Date.parse(since);
  return Number.isNaN(ms) ? ` (since ${since})` : ` (since ${since}, ${durationText(Math.max(0, ms))})`;
}

const stepLines = (steps: readonly StepStatus[]): readonly string[] =>
  tableLines([
    ['step', 'state', ''],
    ...steps.map(({ name, state, reason, message }) => [name, state.padEnd(STATE_WIDTH), message ?? reason]),
  ]);

/** Nodes: how many, which now, which to look at, which were slow. */
function restOf({ nodes, currentNodes = [], attention = [], slowestNodes = [] }: UpgradeStatus): string[] {
  const slow = slowestNodes.map(({ node, seconds }) => `${node} ${durationText(seconds * 1000)}`);
  const rows: readonly (readonly [string, string])[] = [
    ...(nodes ? [['nodes', nodesText(nodes)] as const] : []),
    ...(currentNodes.length > 0 ? [['now', currentNodes.join(', ')] as const] : []),
    ...attention.map(({ node, reason }) => ['look at', `${node}: ${reason}`] as const),
    ...(slow.length > 0 ? [['slowest', slow.join(', ')] as const] : []),
  ];
  return rows.length === 0 ? [] : ['', ...rows.map(([label, text]) => `${label.padEnd(7)}  ${text}`)];
}

function nodesText({ total, updated, current, skipped, failed }: NodeCounts): string {
  const done = total > 0 ? Math.floor((Math.min(updated, total) / total) * BAR_WIDTH) : 0;
  const bar = `[${'#'.repeat(Math.max(0, done)).padEnd(BAR_WIDTH, '.')}]`;
  return `${bar} ${updated} of ${total} updated, ${current} now, ${skipped} left out, ${failed} failed`;
}

/** Names and messages come from the cluster: nothing in them may move the cursor. */
const oneLine = (text: string): string => stripVTControlCharacters(text).replace(/\p{Cc}+/gu, ' ');
