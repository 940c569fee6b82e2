import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord } from '../../jobs/lib/kubernetes/object.ts';
import { runsDirectory } from './paths.ts';
import { commandLineOf, isAlive, type ProcessId, sendSignal } from './proc.ts';
import { removeTraces } from './traces.ts';

/** What a run writes down about each process before anything can go wrong with it. */
export interface RecordedProcess extends ProcessId {
  readonly command: string;
}

/** The name of a run's directory says whose it is, so that no directory is ever without its owner. */
export function runDirectoryName(owner: ProcessId, label: string): string {
  return `${owner.pid}-${owner.startTime}-${label}`;
}

function ownerOf(directoryName: string): ProcessId | undefined {
  const [, pid, startTime] = /^(\d+)-(\d+)-/.exec(directoryName) ?? [];
  return pid && startTime ? { pid: Number(pid), startTime } : undefined;
}

/** The file in a run's directory with one RecordedProcess a line. */
export function recordFile(directory: string): string {
  return join(directory, 'processes');
}

function isRecordedProcess(value: unknown): value is RecordedProcess {
  if (!isRecord(value)) return false;
  const { pid, startTime, command } = value;
  return Number.isInteger(pid) && typeof startTime === 'string' && typeof command === 'string';
}

function parseRecord(line: string): RecordedProcess[] {
  try {
    const value: unknown = JSON.parse(line);
    return isRecordedProcess(value) ? [value] : [];
  } catch {
    return []; // the owner was killed while it wrote this line
  }
}

function recordedProcesses(directory: string): RecordedProcess[] {
  try {
    return readFileSync(recordFile(directory), 'utf8').split('\n').filter(Boolean).flatMap(parseRecord);
  } catch {
    return [];
  }
}

function isStillOurs(recorded: RecordedProcess): boolean {
  return isAlive(recorded) && commandLineOf(recorded.pid).includes(recorded.command);
}

async function removeDeadRun(directory: string): Promise<void> {
  const left = recordedProcesses(directory).filter(isStillOurs);
  for (const { pid } of left) sendSignal(-pid, 'SIGKILL');
  for (let i = 0; i < 100 && left.some(isStillOurs); i++) await sleep(20);
  removeDirectory(directory, await removeTraces(directory));
}

/**
 * Removes a directory in which a process that was just killed may still have been writing. It stays for a later sweep
 * when something is left that it is needed to find.
 */
export function removeDirectory(directory: string, nothingElseLeft: boolean): void {
  if (!nothingElseLeft) {
    process.stderr.write(`A link or a cgroup of ${directory} is still in use; the next start removes it.\n`);
    return;
  }
  rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

/** The directories of all runs whose owner lives. */
export function liveRuns(): { directory: string; owner: ProcessId }[] {
  return allRuns().filter(run => isAlive(run.owner));
}

/** Ends what is left of runs whose owner is dead: only processes that they recorded, then their directories. */
export async function sweepDeadRuns(): Promise<void> {
  await Promise.all(
    allRuns()
      .filter(run => !isAlive(run.owner))
      .map(run => removeDeadRun(run.directory)),
  );
}

function allRuns(): { directory: string; owner: ProcessId }[] {
  return entries(runsDirectory()).flatMap(name => {
    const owner = ownerOf(name);
    return owner ? [{ directory: join(runsDirectory(), name), owner }] : [];
  });
}

function entries(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
