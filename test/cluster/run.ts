import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onExit } from './exit.ts';
import { runsDirectory } from './paths.ts';
import { self, sendSignal } from './proc.ts';
import { type Program, type RunningProcess, startProcess } from './process.ts';
import { removeDirectory, runDirectoryName, sweepDeadRuns } from './sweep.ts';
import { removeTraces, removeTracesNow } from './traces.ts';

/** A directory and the processes that work in it, which end together. */
export interface Run {
  readonly directory: string;
  /** Starts a program; its output goes to `<name>.log` in the directory. */
  start(program: Program): RunningProcess;
  /** Kills what still runs and removes the directory. */
  end(): Promise<void>;
}

/** Begins a run, after removing what is left of runs whose owner was killed. */
export async function createRun(label: string): Promise<Run> {
  await sweepDeadRuns();
  const name = runDirectoryName(self(), `${label}-${randomBytes(3).toString('hex')}`);
  const directory = join(runsDirectory(), name);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const processes: RunningProcess[] = [];
  const killAll = () => {
    for (const child of processes) if (child.running()) sendSignal(-child.pid, 'SIGKILL');
  };
  const takeBack = onExit(() => {
    killAll();
    removeDirectory(directory, removeTracesNow(directory));
  });
  return {
    directory,
    start(program) {
      const child = startProcess(program, directory);
      processes.push(child);
      return child;
    },
    async end() {
      killAll();
      await Promise.all(processes.map(child => child.exited));
      removeDirectory(directory, await removeTraces(directory));
      takeBack();
    },
  };
}
