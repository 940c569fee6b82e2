/** Texts by key. */
export interface Texts {
  readonly size: number;
  /** How many bytes all texts have together. */
  bytes(): number;
  has(key: string): boolean;
  /** How many bytes a text has; 0 where there is none. */
  length(key: string): number;
  /** Whether a text is there and has these bytes, in UTF-8. */
  equals(key: string, value: Buffer): boolean;
  /** The text as UTF-8. It is not copied, and not to be changed. */
  get(key: string): Buffer | undefined;
  set(key: string, text: string): void;
  delete(key: string): void;
  keys(): IterableIterator<string>;
}

const SLAB_BYTES = 1024 * 1024;
/** Before each text stands its length. */
const HEAD_BYTES = 4;

/**
 * Texts as they are sent to etcd, in large blocks outside of the heap: 100,000 strings would be most of what the garbage
 * collector has to move, and each would be encoded whenever it is written or compared. The room of a text that was replaced is
 * not used again: few are.
 */
export function createTexts(): Texts {
  const slabs: Buffer[] = [];
  /** The number of the slab, times SLAB_BYTES, and the place in it. */
  const places = new Map<string, number>();
  let free = SLAB_BYTES;
  let total = 0;
  const slabOf = (place: number): Buffer | undefined => slabs[Math.floor(place / SLAB_BYTES)];
  const lengthAt = (place: number): number => slabOf(place)?.readUInt32LE(place % SLAB_BYTES) ?? 0;
  const textStart = (place: number): number => (place % SLAB_BYTES) + HEAD_BYTES;
  const remove = (key: string): void => {
    const place = places.get(key);
    if (place === undefined) return;
    total -= lengthAt(place);
    places.delete(key);
  };
  return {
    get size() {
      return places.size;
    },
    bytes: () => total,
    has: key => places.has(key),
    length(key) {
      const place = places.get(key);
      return place === undefined ? 0 : lengthAt(place);
    },
    equals(key, value) {
      const place = places.get(key);
      if (place === undefined) return false;
      const [start, length] = [textStart(place), lengthAt(place)];
      return length === value.length && slabOf(place)?.compare(value, 0, length, start, start + length) === 0;
    },
    get(key) {
      const place = places.get(key);
      if (place === undefined) return undefined;
      const start = textStart(place);
      return slabOf(place)?.subarray(start, start + lengthAt(place));
    },
    set(key, text) {
      remove(key);
      const length = Buffer.byteLength(text);
      const needed = HEAD_BYTES + length;
      if (free + needed > SLAB_BYTES) {
        slabs.push(Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, needed)));
        free = 0;
      }
      const slab = slabs.at(-1);
      slab?.writeUInt32LE(length, free);
      slab?.write(text, free + HEAD_BYTES);
      places.set(key, (slabs.length - 1) * SLAB_BYTES + free);
      free = Math.min(free + needed, SLAB_BYTES);
      total += length;
    },
    delete: remove,
    keys: () => places.keys(),
  };
}
