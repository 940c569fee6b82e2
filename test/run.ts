import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { ensureBinaries } from './cluster/binaries.ts';
import { ensurePackages } from './cluster/packages.ts';
import { IMAGE_PACKAGES } from './image/buildah.ts';

const ROOT = join(import.meta.dirname, '..');

/** A file that takes longer than this hangs; the slowest takes a few minutes on 2 cores. */
const FILE_TIMEOUT_MS = 20 * 60_000;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The test files whose path contains one of the words; all of them without a word. */
function testFiles(words: readonly string[]): readonly string[] {
  const files = globSync('test/**/*.test.ts', { cwd: ROOT }).sort();
  return words.length === 0 ? files : files.filter(file => words.some(word => file.includes(word)));
}

/** Here, where the progress is seen: node's test runner shows nothing of a file before it has ended. */
async function installEverything(): Promise<void> {
  say('Making sure that everything is installed: etcd, Kubernetes 1.20, buildah');
  const started = performance.now();
  const binaries = await ensureBinaries();
  // The tests of images need root; elsewhere they say so and are skipped.
  if (process.getuid?.() === 0) await ensurePackages(IMAGE_PACKAGES, 'Building images');
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`Everything is there (${seconds} s); Kubernetes is in ${dirname(binaries['kube-apiserver'])}`);
}

/** Runs node's test runner; returns its exit code. A signal that ends us ends it, too. */
function runTests(files: readonly string[]): Promise<number> {
  // Most of a test's time is waiting for servers, so two at a time suit 2 cores.
  const concurrency = Math.min(Math.max(availableParallelism(), 2), 4);
  say(`Running ${files.length} test files, ${concurrency} at a time`);
  const args = [
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${concurrency}`,
    `--test-timeout=${FILE_TIMEOUT_MS}`,
    ...files,
  ];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  process.on('SIGINT', () => undefined); // Ctrl-C reaches the runner, too, and we wait for it
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => resolve(code ?? 1));
  });
}

async function main(words: readonly string[]): Promise<number> {
  const files = testFiles(words);
  if (files.length === 0) {
    say(`No test file has ${words.join(' or ')} in its path.`);
    return 1;
  }
  await installEverything();
  return runTests(files);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
