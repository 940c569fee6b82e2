import { EtcdError } from './errors.ts';
import { answeredTree, emptyDirectory, flatten, leaf, type Tree, treeOf, type V2Node } from './v2-answer.ts';
import type { V2Reader } from './v2-read.ts';

/** From this many subdirectories on, some are looked into before it is decided how to read them all. */
const WIDE = 16;
const SAMPLES = 4;
/** A directory is read with one request when this much is expected of it. */
const EXPECTED_BYTES = 4 * 1024 * 1024;
/** Where an answer has more, the directory is read level by level. */
const MOST_BYTES = 32 * 1024 * 1024;
/** Directories that are read ahead of the one that is needed next. */
const AHEAD = 6;

/** What is known of a stretch of the tree: its nodes, or a directory that is still to be read. */
type Part = { readonly nodes: readonly V2Node[] } | { readonly directory: string; readonly whole: boolean };

type Unread = Extract<Part, { directory: string }>;

/**
 * All keys and empty directories below a directory, in the order of a sorted recursive read. Nothing that the
 * store held when the read began is missed; later changes may be seen or not. Hidden nodes (names that begin with
 * `_`) are not shown by etcd. A missing root is like an empty one: nothing. No answer holds the whole tree, unless
 * it is small: etcd has no pages, so directories are listed from the top, and read as a whole where what their
 * neighbours hold is little.
 */
export async function* readTree(reader: V2Reader, root: string): AsyncGenerator<readonly V2Node[]> {
  const stop = new AbortController();
  const bound = await reader.since(root, stop.signal);
  // The next part is the last one, so that taking it is cheap.
  const parts: Part[] = (await readLevel(bound, root)).toReversed();
  // Not in the parts, or what was read would live as long as the parent's.
  const reading = new Map<Unread, Promise<readonly Part[]>>();
  const read = (part: Unread) => {
    const begun = reading.get(part) ?? readPart(bound, part);
    reading.set(part, begun);
    // It is awaited later, or never where the reader stops early.
    begun.catch(() => undefined);
    return begun;
  };
  try {
    for (let part = parts.pop(); part; part = parts.pop()) {
      if ('nodes' in part) {
        if (part.nodes.length > 0) yield part.nodes;
        continue;
      }
      readAhead(parts, read);
      parts.push(...(await read(part)).toReversed());
      reading.delete(part);
    }
  } finally {
    stop.abort();
  }
}

function readAhead(parts: readonly Part[], read: (part: Unread) => unknown): void {
  let started = 1;
  for (let i = parts.length - 1; i >= 0 && started < AHEAD; i -= 1) {
    const part = parts[i];
    if (!part || 'nodes' in part) continue;
    void read(part);
    started += 1;
  }
}

/** A directory as `V2Reader.since` reads it. */
type Bound = Awaited<ReturnType<V2Reader['since']>>;

async function readPart(read: Bound, { directory, whole }: Unread): Promise<readonly Part[]> {
  const all = whole ? await readWhole(read, directory) : 'too large';
  return all === 'too large' ? readLevel(read, directory) : [all];
}

interface Whole {
  readonly nodes: readonly V2Node[];
  readonly bytes: number;
}

async function readWhole(read: Bound, directory: string): Promise<Whole | 'too large'> {
  const answer = await read(directory, { recursive: true, mostBytes: MOST_BYTES });
  if (answer === 'too large') return answer;
  const nodes: V2Node[] = [];
  const tree = answer.problem ? undefined : expectedTree(directory, answeredTree(answer.body));
  if (tree && !flatten(tree, nodes)) throw notUnderstood(directory);
  return { nodes, bytes: answer.bytes };
}

/** The keys of one directory, and its subdirectories as parts to be read or read already. */
async function readLevel(read: Bound, directory: string): Promise<readonly Part[]> {
  const answer = await read(directory, { recursive: false });
  if (answer === 'too large' || answer.problem) return [];
  const tree = expectedTree(directory, answeredTree(answer.body));
  if (!tree.directory) return [{ nodes: [leaf(tree)] }];
  const children = (tree.children ?? []).map(raw => expectedTree(directory, treeOf(raw)));
  if (children.length === 0) return [{ nodes: [emptyDirectory(tree)] }];
  const directories = children.filter(child => child.directory).map(child => child.key);
  const samples = directories.length < WIDE ? undefined : await readSamples(read, directories);
  if (samples && expectedBytes(samples, directories.length) <= EXPECTED_BYTES) {
    const all = await readWhole(read, directory);
    if (all !== 'too large') return [all];
  }
  return partsOf(children, samples);
}

function partsOf(children: readonly Tree[], samples: Samples | undefined): readonly Part[] {
  const parts: Part[] = [];
  let nodes: V2Node[] = [];
  for (const child of children) {
    if (!child.directory) {
      if (nodes.push(leaf(child)) === 1) parts.push({ nodes });
      continue;
    }
    nodes = [];
    parts.push(directoryPart(child.key, samples));
  }
  return parts;
}

function directoryPart(directory: string, samples: Samples | undefined): Part {
  const sample = samples?.get(directory);
  if (sample && sample !== 'too large') return sample;
  return { directory, whole: samples !== undefined && sample === undefined };
}

type Samples = ReadonlyMap<string, Whole | 'too large'>;

async function readSamples(read: Bound, directories: readonly string[]): Promise<Samples> {
  const step = directories.length / SAMPLES;
  const chosen = Array.from({ length: SAMPLES }, (_, i) => directories[Math.floor(i * step)] ?? '');
  return new Map(await Promise.all(chosen.map(async key => [key, await readWhole(read, key)] as const)));
}

/** What all directories may hold, if they are like the samples; half as much again, for samples that mislead. */
function expectedBytes(samples: Samples, count: number): number {
  let bytes = 0;
  for (const sample of samples.values()) {
    bytes += sample === 'too large' ? MOST_BYTES : sample.bytes;
  }
  return (bytes / samples.size) * count * 1.5;
}

function expectedTree(directory: string, tree: Tree | undefined): Tree {
  if (tree) return tree;
  throw notUnderstood(directory);
}

function notUnderstood(directory: string): EtcdError {
  return new EtcdError(
    'failed',
    `etcd: read of ${directory}: the answer holds something that is no node (is this an etcd?)`,
  );
}
