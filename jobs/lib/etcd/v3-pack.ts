import { EtcdError } from './errors.ts';
import { MAX_VALUE_BYTES, type WriteOperation } from './v3-operation.ts';

/**
 * etcd takes 128 comparisons, and as many requests, in a transaction (field-lessons reference). Two are for the
 * lock and the ledger.
 */
export const MOST_OPERATIONS = 126;
/** Far below the limit of a request, so that no member is held up for long. */
const MOST_BYTES = 1024 * 1024;
/** What an operation takes beside its value and its key, which is in the comparison, the request and the ledger. */
const OVERHEAD_BYTES = 64;

/**
 * Packs operations, in their order, into transactions. A key is at most once in one: etcd would refuse it. Throws
 * an EtcdError `too-large` that names the first key whose value cannot be written.
 */
export async function* packed(
  operations: Iterable<WriteOperation> | AsyncIterable<WriteOperation>,
): AsyncGenerator<readonly WriteOperation[]> {
  const packer = createPacker();
  // Waiting for each of 100,000 operations that are there already takes longer than packing them.
  if (Symbol.iterator in operations) {
    for (const operation of operations) {
      const full = packer.add(operation);
      if (full) yield full;
    }
  } else {
    for await (const operation of operations) {
      const full = packer.add(operation);
      if (full) yield full;
    }
  }
  const last = packer.rest();
  if (last.length > 0) yield last;
}

interface Packer {
  /** Takes an operation; returns the pack before it, where it does not fit into that. */
  add(operation: WriteOperation): readonly WriteOperation[] | undefined;
  rest(): readonly WriteOperation[];
}

function createPacker(): Packer {
  let pack: WriteOperation[] = [];
  let keys = new Set<string>();
  let bytes = 0;
  return {
    add(operation) {
      const size = sizeOf(operation);
      const fits = pack.length < MOST_OPERATIONS && bytes + size <= MOST_BYTES && !keys.has(operation.key);
      const full = fits || pack.length === 0 ? undefined : pack;
      if (full) {
        pack = [];
        keys = new Set();
        bytes = 0;
      }
      pack.push(operation);
      keys.add(operation.key);
      bytes += size;
      return full;
    },
    rest: () => pack,
  };
}

function sizeOf(operation: WriteOperation): number {
  const keyBytes = 3 * Buffer.byteLength(operation.key) + OVERHEAD_BYTES;
  if (operation.kind === 'delete') return keyBytes;
  // The ledger holds a replaced value as base64.
  const bytes = operation.value.length + Math.ceil(((operation.previous?.length ?? 0) * 4) / 3);
  if (bytes <= MAX_VALUE_BYTES) return keyBytes + bytes;
  const what = operation.previous ? 'the value and the one that it replaces have' : 'the value has';
  throw new EtcdError(
    'too-large',
    `etcd: ${operation.key}: ${what} ${bytes} bytes, the most that etcd takes is ${MAX_VALUE_BYTES}`,
  );
}
