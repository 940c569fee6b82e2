import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { PROGRAM_MAIN } from './program-main.ts';

export interface JobResult {
  /** Null where the process was killed. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of the log: its result, without time and stage. */
  readonly sentence: string;
}

export interface JobProcess {
  readonly child: ChildProcess;
  readonly result: Promise<JobResult>;
}

export interface JobOptions {
  readonly kubeconfig: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another program than that of the checkout: a bundle starts faster. */
  readonly main?: string;
}

/** Starts a job as its own process, with nothing of our CALICO_UPGRADE_ environment but what is given. */
export function startJob(
  args: readonly string[],
  { kubeconfig, env = {}, main = PROGRAM_MAIN }: JobOptions,
): JobProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('CALICO_UPGRADE_'));
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...Object.fromEntries(inherited), KUBECONFIG: kubeconfig, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, result: collect(child) };
}

/** Runs a job to its end. */
export function runJob(args: readonly string[], options: JobOptions): Promise<JobResult> {
  return startJob(args, options).result;
}

async function collect(child: ChildProcess): Promise<JobResult> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  await once(child, 'close');
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  return { exitCode: child.exitCode, stdout, stderr, sentence: last.replace(/^\S+ {2}\S+ +(error: )?/, '') };
}
