import type { ICompare, IKeyValue, IRequestOp } from 'etcd3';

/**
 * The largest value that can be written: a request may have 1.5 MiB unless etcd is configured otherwise
 * (field-lessons reference), and names its key several times.
 */
export const MAX_VALUE_BYTES = 1.5 * 1024 * 1024 - 16 * 1024;

/** Writes a value where the key is absent, or as it was seen. */
export interface Put {
  readonly kind: 'put';
  readonly key: string;
  readonly value: Buffer;
  readonly guard: { readonly absent: true } | { readonly modRevision: string };
  /** The value that is replaced, to be kept in the ledger: for a key of somebody else. */
  readonly previous?: Buffer;
}

/** Deletes a key that is still the one that was created, or still as it was seen. */
export interface Delete {
  readonly kind: 'delete';
  readonly key: string;
  readonly guard: { readonly createRevision: string } | { readonly modRevision: string };
}

export type WriteOperation = Put | Delete;

/** What is there of a key: revisions as decimal digits, both `0` where there is no key. */
export interface Standing {
  readonly createRevision: string;
  readonly modRevision: string;
}

export const ABSENT: Standing = { createRevision: '0', modRevision: '0' };

export const standingOf = (found: IKeyValue | undefined): Standing =>
  found ? { createRevision: found.create_revision, modRevision: found.mod_revision } : ABSENT;

/** Whether an operation may be carried out with what is there. */
export function holds({ guard }: WriteOperation, found: Standing): boolean {
  if ('absent' in guard) return found.createRevision === ABSENT.createRevision;
  if ('createRevision' in guard) return found.createRevision === guard.createRevision;
  return found.modRevision === guard.modRevision;
}

/** The same condition for etcd. The key is given as bytes, which are made once for an operation. */
export function compareOf({ guard }: WriteOperation, key: Buffer): ICompare {
  if ('modRevision' in guard) return { key, target: 'Mod', result: 'Equal', mod_revision: guard.modRevision };
  return compareCreate(key, 'absent' in guard ? ABSENT.createRevision : guard.createRevision);
}

/** That a key was created at a revision; `0`: that there is none. */
export const compareCreate = (key: Buffer, revision: string): ICompare => ({
  key,
  target: 'Create',
  result: 'Equal',
  create_revision: revision,
});

export function requestOf(operation: WriteOperation, key: Buffer): IRequestOp {
  if (operation.kind === 'delete') return { request_delete_range: { key } };
  return { request_put: { key, value: operation.value } };
}

/** Asks for the revisions of a key, now or as they were at a revision. */
export const lookAt = (key: Buffer, revision?: string): IRequestOp => ({
  request_range: { key, keys_only: true, ...(revision === undefined ? {} : { revision }) },
});
