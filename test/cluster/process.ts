import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sendSignal, startTimeOf } from './proc.ts';
import { type RecordedProcess, recordFile } from './sweep.ts';

export interface Program {
  /** Names the log file and the process in messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  readonly log: string;
  /** Settles when the process has ended, with a phrase such as `exited with code 1`. */
  readonly exited: Promise<string>;
  running(): boolean;
  /** SIGTERM, and SIGKILL when that did not end it in time. */
  stop(graceMs?: number): Promise<void>;
}

/**
 * Starts a program that the kernel kills when this process dies in whatever way (`setpriv --pdeathsig`), in a process
 * group of its own, so that Ctrl-C reaches only us. It is recorded in the directory for the sweep of a later run.
 */
export function startProcess(program: Program, directory: string): RunningProcess {
  const log = join(directory, `${program.name}.log`);
  const child = spawnGuarded(program, log);
  const exited = exitOf(child);
  const { pid } = child;
  if (pid === undefined)
    throw new Error(`${program.name} could not be started: is setpriv (util-linux) there?`);
  record(directory, { pid, startTime: startTimeOf(pid) ?? '', command: program.command });
  const running = () => child.exitCode === null && child.signalCode === null;
  return {
    name: program.name,
    pid,
    log,
    exited,
    running,
    async stop(graceMs = 5_000) {
      if (!running()) return;
      sendSignal(pid, 'SIGTERM');
      const timer = setTimeout(() => sendSignal(-pid, 'SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

function spawnGuarded(program: Program, log: string): ChildProcess {
  const output = openSync(log, 'a');
  try {
    return spawn('setpriv', ['--pdeathsig', 'KILL', '--', program.command, ...program.args], {
      stdio: ['ignore', output, output],
      detached: true,
      cwd: program.cwd,
      env: program.env ?? process.env,
    });
  } finally {
    closeSync(output);
  }
}

function exitOf(child: ChildProcess): Promise<string> {
  return new Promise(resolve => {
    child.once('error', error => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      resolve(signal ? `was ended by ${signal}` : `exited with code ${code}`),
    );
  });
}

function record(directory: string, recorded: RecordedProcess): void {
  appendFileSync(recordFile(directory), `${JSON.stringify(recorded)}\n`);
}

/** The last lines of a process's log, for messages. */
export function lastLines(log: string, count = 15): string {
  try {
    return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '';
  }
}
