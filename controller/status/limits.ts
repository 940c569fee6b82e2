import type { UpgradeStatus } from '../../jobs/lib/calico/upgrade/status.ts';

/** Entries of a list of nodes, and characters of a text (field-lessons reference). */
const MOST_NODES = 32;
const MOST_CHARACTERS = 1_024;
const SLOWEST = 5;

/** Of the status as JSON: an object in etcd has room for more, but every watch gets it with every change. */
const MOST_BYTES = 64 * 1024;

/** Shorter and shorter limits for the texts of lists, until everything fits. */
const SHORTER = [MOST_CHARACTERS, 512, 256, 128, 64, 32];

/**
 * A status that stays small whatever happened: lists of nodes have 32 entries at most, texts 1,024 characters, and the
 * texts in lists fewer where the whole is still over 64 KiB. Its `message` never gets shorter than that by the rest.
 */
export function limitStatus(status: UpgradeStatus): UpgradeStatus {
  const { currentNodes, attention, slowestNodes } = status;
  const short = {
    ...status,
    message: cutText(status.message, MOST_CHARACTERS),
    ...(currentNodes && { currentNodes: currentNodes.slice(0, MOST_NODES) }),
    ...(attention && { attention: attention.slice(0, MOST_NODES) }),
    ...(slowestNodes && {
      slowestNodes: slowestNodes.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST),
    }),
  };
  const limit = SHORTER.find(characters => fits(cutLists(short, characters)));
  return cutLists(short, limit ?? Math.min(...SHORTER));
}

const fits = (status: UpgradeStatus): boolean => Buffer.byteLength(JSON.stringify(status)) <= MOST_BYTES;

function cutLists(status: UpgradeStatus, limit: number): UpgradeStatus {
  const { steps, attention, conditions } = status;
  return {
    ...status,
    ...(steps && {
      steps: steps.map(step => ({
        ...step,
        reason: cutText(step.reason, limit),
        ...(step.message !== undefined && { message: cutText(step.message, limit) }),
      })),
    }),
    ...(attention && {
      attention: attention.map(({ node, reason }) => ({ node, reason: cutText(reason, limit) })),
    }),
    ...(conditions && {
      conditions: conditions.map(one => ({ ...one, message: cutText(one.message, limit) })),
    }),
  };
}

/** The beginning of a text, in whole characters. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 2).replace(/[\uD800-\uDBFF]$/, '')} …`;
}
