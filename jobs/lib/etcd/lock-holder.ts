import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/** Who holds a lock. */
export interface Holder {
  readonly host: string;
  readonly pid: number;
  /** When it was taken, by the clock of the host. */
  readonly since: string;
  /** Tells one process from another of the same number. */
  readonly id: string;
}

/** This process, as of now. */
export const thisProcess = (): Holder => ({
  host: hostname(),
  pid: process.pid,
  since: new Date().toISOString(),
  id: randomUUID(),
});

/** The holder in the value of a lock; undefined for one that says it in another way. */
export function holderOf(value: Buffer): Holder | undefined {
  try {
    const raw: unknown = JSON.parse(value.toString('utf8'));
    return isHolder(raw) ? raw : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(raw: unknown): raw is Holder {
  if (typeof raw !== 'object' || raw === null) return false;
  if (!('host' in raw) || !('pid' in raw) || !('since' in raw) || !('id' in raw)) return false;
  const { host, pid, since, id } = raw;
  return [host, since, id].every(text => typeof text === 'string') && typeof pid === 'number';
}

/** Such as `host-1, process 4711, since 2018-01-10T10:00:00.000Z`. */
export const holderText = (holder: Holder | undefined): string =>
  holder ? `${holder.host}, process ${holder.pid}, since ${holder.since}` : 'somebody who does not say who';
