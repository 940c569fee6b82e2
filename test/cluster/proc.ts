import { readFileSync } from 'node:fs';

/** A process that is told apart from a later one with the same pid by its start time. */
export interface ProcessId {
  readonly pid: number;
  readonly startTime: string;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** When the process started, in clock ticks since boot; undefined when it is gone or a zombie. */
export function startTimeOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The second field, the program's name in parentheses, may itself contain blanks.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields?.[0], fields?.[19]];
  return state === 'Z' || state === 'X' ? undefined : startTime;
}

/** Whether that very process still runs. */
export function isAlive({ pid, startTime }: ProcessId): boolean {
  return startTimeOf(pid) === startTime;
}

/** The command line as one string with blanks; empty when the process is gone. */
export function commandLineOf(pid: number): string {
  return (read(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim();
}

/** This process. */
export function self(): ProcessId {
  const startTime = startTimeOf(process.pid);
  if (startTime === undefined) throw new Error('The test cluster needs Linux: /proc/self/stat is not there.');
  return { pid: process.pid, startTime };
}

/** Sends a signal; a process that is gone already is fine. A negative pid means its process group. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
