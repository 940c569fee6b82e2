import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PROGRAM_MAIN } from '../program-main.ts';

export interface ProgramResult {
  /** Null where the process was killed. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of the log without time and stage. */
  readonly sentence: string;
}

export interface ProgramOptions {
  /** Of etcd, both for v2 and for v3. */
  readonly endpoint: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another program than that of the checkout: a bundle starts faster. */
  readonly main?: string;
}

/** Starts a command such as `etcd-v2-to-v3 start`, with nothing of our own environment but what is given. */
export function startProgram(
  args: readonly string[],
  { endpoint, env = {}, main = PROGRAM_MAIN }: ProgramOptions,
) {
  const ours = /^(CALICO_|APIV1_|ETCD_|KUBECONFIG$)/;
  const inherited = Object.entries(process.env).filter(([name]) => !ours.test(name));
  const child = spawn(process.execPath, [main, ...args], {
    env: {
      ...Object.fromEntries(inherited),
      ...{ APIV1_ETCD_ENDPOINTS: endpoint, ETCD_ENDPOINTS: endpoint },
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const result = async (): Promise<ProgramResult> => {
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    await once(child, 'close');
    const last = stdout.trimEnd().split('\n').at(-1) ?? '';
    const sentence = last.replace(/^\S+ {2}\S+ +(error: )?/, '');
    return { exitCode: child.exitCode, stdout, stderr, sentence };
  };
  return { child, result: result() };
}

/** Runs a command to its end. */
export const runProgram = (args: readonly string[], options: ProgramOptions): Promise<ProgramResult> =>
  startProgram(args, options).result;
