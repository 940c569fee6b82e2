import type { ClusterNode } from '../cluster/nodes/plan.ts';

/** What a node had from a moment on until its next look. */
export interface Look {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Lines of `ip route` for what BIRD wrote. */
  readonly routes: readonly string[];
  /** Names of its established BGP sessions, such as `Mesh_10_188_0_12`. */
  readonly established: readonly string[];
}

/** What one node had, whenever that changed. */
export interface NodeLooks {
  readonly node: ClusterNode;
  readonly looks: readonly Look[];
  /** How often it was looked at. */
  readonly count: number;
  /** From one look to the next, on average. */
  readonly everyMs: number;
}

/** Answers to one packet in 100 ms, from a pod on one node to a pod on another. */
export interface Pings {
  readonly from: string;
  readonly to: string;
  readonly sent: number;
  readonly lost: number;
}

/** A time in which something was not there. */
export interface Gap {
  readonly from: number;
  /** Undefined where it did not come back while it was watched. */
  readonly until: number | undefined;
}

/** When a look shows that something was missing, until the look that shows it again. */
export function gaps(looks: readonly Look[], isThere: (look: Look) => boolean): readonly Gap[] {
  const found: Gap[] = [];
  for (const look of looks) {
    const open = found.at(-1);
    if (isThere(look)) {
      if (open && open.until === undefined) found.splice(-1, 1, { ...open, until: look.at });
    } else if (!open || open.until !== undefined) {
      found.push({ from: look.at, until: undefined });
    }
  }
  return found;
}

/** When a node had no route to the pods of another. */
export const routeGaps = ({ looks }: NodeLooks, { podCidr, address }: ClusterNode): readonly Gap[] =>
  gaps(looks, ({ routes }) => routes.some(route => route.startsWith(`${podCidr} via ${address} `)));

/** When a node had no BGP session with another. */
export const sessionGaps = ({ looks }: NodeLooks, { address }: ClusterNode): readonly Gap[] =>
  gaps(looks, ({ established }) => established.includes(`Mesh_${address.replaceAll('.', '_')}`));

/** Reads what the watch of a node has written. */
export function parseLooks(node: ClusterNode, text: string): NodeLooks {
  const blocks = text.split('--\n').filter(Boolean);
  const looks = blocks.slice(0, -1).map(parseLook);
  const [count = 0, end = 0] = (blocks.at(-1) ?? '').split(' ').map(Number);
  const begin = looks[0]?.at ?? 0;
  return { node, looks, count, everyMs: (end * 1000 - begin) / count };
}

/** A line of `birdc show protocols`. */
const SESSION = /^(\S+) +BGP .* Established *$/;

function parseLook(block: string): Look {
  const [at = '', ...lines] = block.trimEnd().split('\n');
  return {
    at: Number(at) * 1000,
    routes: lines.filter(line => line.includes(' via ')),
    established: lines.flatMap(line => SESSION.exec(line)?.[1] ?? []),
  };
}
