import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import type { Cluster } from '../cluster/cluster.ts';
import { runCommand } from '../cluster/command.ts';
import { onExit } from '../cluster/exit.ts';

export const ROOT = join(import.meta.dirname, '../..');

let headings = 0;

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function heading(text: string): void {
  headings += 1;
  const line = `${headings}. ${text}`;
  say(`\n${line}\n${'='.repeat(line.length)}`);
}

export interface Shell {
  /** Shows a command line as an operator would type it, runs it, and shows its output. Throws when it fails. */
  run(line: string): Promise<string>;
  /** As `run`, for a command line that fails, whose message is the point. */
  runFailing(line: string): Promise<void>;
  /** As `run`, with its output as it comes. */
  follow(line: string): Promise<void>;
}

/** A shell at the root of the checkout whose `kubectl` reaches the cluster. */
export function shellOf(cluster: Cluster): Shell {
  const env = {
    ...process.env,
    HOME: cluster.directory,
    KUBECONFIG: cluster.kubeconfig,
    PATH: `${dirname(cluster.kubectlPath)}:${process.env.PATH ?? ''}`,
  };
  const show = async (line: string) => {
    say(`\n$ ${line}`);
    const result = await runCommand('bash', ['-o', 'pipefail', '-c', line], { env, cwd: ROOT });
    process.stdout.write(result.stdout + withoutWarnings(result.stderr));
    return result;
  };
  return {
    async run(line) {
      const { exitCode, stdout } = await show(line);
      if (exitCode !== 0) throw new Error(`The command above failed with exit code ${exitCode}.`);
      return stdout;
    },
    async runFailing(line) {
      const { exitCode } = await show(line);
      if (exitCode === 0) throw new Error('The command above should have failed.');
    },
    async follow(line) {
      say(`\n$ ${line}`);
      const child = spawn('bash', ['-c', `exec ${line}`], {
        env,
        cwd: ROOT,
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      const takeBack = onExit(() => child.kill());
      const [exitCode]: unknown[] = await once(child, 'close');
      takeBack();
      if (exitCode !== 0) throw new Error(`The command above failed with exit code ${exitCode}.`);
    },
  };
}

/** kubectl 1.20 calls RBAC v1beta1 deprecated; for 1.7, where the manifests have to work, it is the newest. */
function withoutWarnings(text: string): string {
  return text
    .split('\n')
    .filter(line => !/^Warning: .* is deprecated/.test(line))
    .join('\n');
}
