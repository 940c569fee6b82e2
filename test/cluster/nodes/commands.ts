import type { NodeCluster } from './cluster.ts';

/** Runs a kubectl that must succeed; returns its output. An object goes to its stdin as JSON, a text as it is. */
export async function kubectl(
  cluster: NodeCluster,
  args: readonly string[],
  input?: string | object,
): Promise<string> {
  const text = typeof input === 'object' ? JSON.stringify(input) : input;
  const result = await cluster.kubectl(args, text === undefined ? {} : { input: text });
  if (result.exitCode === 0) return result.stdout;
  throw new Error(`kubectl ${args.join(' ')} failed: ${result.stderr}`);
}

/** Runs a program on a node that must succeed; returns its output without the final line end. */
export async function inNode(
  cluster: NodeCluster,
  name: string,
  ...args: readonly string[]
): Promise<string> {
  const { exitCode, stdout, stderr } = await cluster.inNode(name, args);
  if (exitCode === 0) return stdout.trimEnd();
  throw new Error(`${args.join(' ')} failed in node ${name}: ${stderr}`);
}
