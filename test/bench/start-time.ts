import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { imageNodeFlags } from './image-node.ts';
import { median, msToFirstOutput, runMeasured } from './measured-process.ts';

export interface StartTimes {
  /** From process start to the first log line. */
  readonly jobMs: number;
  /** An empty Node program, from start to end. */
  readonly emptyMs: number;
  readonly ratio: number;
}

/** Medians of `runs` starts of each, taken in turns so that both meet the same load. */
export async function measureStart(main: string, runs: number): Promise<StartTimes> {
  const directory = await mkdtemp(join(tmpdir(), 'calico-upgrade-start-'));
  try {
    const env = { KUBECONFIG: await deadKubeconfig(directory) };
    const job: number[] = [];
    const empty: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      empty.push((await runMeasured(process.execPath, ['-e', '0'])).ms);
      job.push(await msToFirstOutput(process.execPath, [...imageNodeFlags(), main, 'tpr-to-crd'], env));
    }
    const [jobMs, emptyMs] = [median(job), median(empty)];
    return { jobMs, emptyMs, ratio: jobMs / emptyMs };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** For an API server that nobody runs: port 1 refuses connections. */
async function deadKubeconfig(directory: string): Promise<string> {
  const path = join(directory, 'kubeconfig');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'none', cluster: { server: 'https://127.0.0.1:1' } }],
    contexts: [{ name: 'none', context: { cluster: 'none', user: 'none' } }],
    users: [{ name: 'none', user: {} }],
    'current-context': 'none',
  };
  await writeFile(path, dump(config));
  return path;
}
