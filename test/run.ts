import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';
import { buildBundle, buildController, sharedBundleEnv } from './bench/bundle.ts';
import { ensureBinaries } from './cluster/binaries.ts';
import { ensureNodeSupplies } from './cluster/nodes/cluster.ts';
import { whyNoNodes } from './cluster/nodes/why-no-nodes.ts';
import { ensurePackages } from './cluster/packages.ts';
import { IMAGE_PACKAGES } from './image/buildah.ts';
import { cachedControllerImage } from './image/cached-controller-image.ts';
import { cachedJobImage } from './image/cached-job-image.ts';
import { type FileTime, longestFirst, longestText } from './longest-first.ts';

const ROOT = join(import.meta.dirname, '..');

/** A file that takes longer than this hangs; the slowest takes a few minutes on 2 cores. */
const FILE_TIMEOUT_MS = 20 * 60_000;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What a suite needs beside its files: the tests of nodes are about time, so nothing runs beside them. */
interface Suite {
  readonly pattern: string;
  readonly concurrency: number;
  /** Installs what is missing; returns why the suite cannot run here, if so. */
  prepare(): Promise<string | undefined>;
}

/** For servers written in Go: memory is plenty here, and an API server that defines kinds all the time spends much on it. */
const GOGC = '400';

// A file alone keeps about 0.7 of a core busy and waits otherwise: one more than there are processors.
const TESTS: Suite = {
  pattern: 'test/**/*.test.ts',
  concurrency: Math.min(availableParallelism() + 1, 4),
  prepare: installEverything,
};

/** What repeats other tests in a longer way, for the time before a release: `npm run test:slow`. */
const SLOW: Suite = { ...TESTS, pattern: 'test/**/*.slow.ts' };

const END_TO_END: Suite = { pattern: 'test/**/*.e2e.ts', concurrency: 1, prepare: prepareNodes };

/** The files of a suite whose path contains one of the words; all of them without a word. */
function filesOf({ pattern }: Suite, words: readonly string[]): readonly string[] {
  const files = longestFirst(globSync(pattern, { cwd: ROOT }));
  return words.length === 0 ? files : files.filter(file => words.some(word => file.includes(word)));
}

/** Here, where the progress is seen: node's test runner shows nothing of a file before it has ended. */
async function installEverything(): Promise<undefined> {
  say('Making sure that everything is installed: etcd, Kubernetes 1.20, buildah');
  const started = performance.now();
  const binaries = await ensureBinaries();
  // The tests of images need root; elsewhere they say so and are skipped.
  if (process.getuid?.() === 0) await ensurePackages(IMAGE_PACKAGES, 'Building images');
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`Everything is there (${seconds} s); Kubernetes is in ${dirname(binaries['kube-apiserver'])}`);
}

async function prepareNodes(): Promise<string | undefined> {
  const problem = await whyNoNodes();
  if (!problem) {
    say('Making sure that everything for nodes is there: containerd, a registry, images');
    await ensureNodeSupplies();
    await cachedJobImage();
    await cachedControllerImage();
  }
  return problem;
}

/** Runs node's test runner; returns its exit code. The files share a bundle of the program: each would build its own. */
async function runTests(files: readonly string[], concurrency: number): Promise<number> {
  await using bundle = await buildBundle();
  await using controller = await buildController();
  say(`Running ${files.length} test files, ${concurrency} at a time`);
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => stop.abort(new Error(`stopped by ${name}`));
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    // Not `node --test`, which sorts the files by name.
    const tests = run({
      files: files.map(file => join(ROOT, file)),
      concurrency,
      timeout: FILE_TIMEOUT_MS,
      env: { GOGC, ...process.env, ...sharedBundleEnv(bundle, controller) },
      cwd: ROOT,
      signal: stop.signal,
    });
    let exitCode = 1;
    const times: FileTime[] = [];
    tests.on('test:summary', ({ file, success, duration_ms: ms }) => {
      if (file === undefined) exitCode = success ? 0 : 1;
      else times.push({ file: relative(ROOT, file), seconds: ms / 1000 });
    });
    await pipeline(tests, new spec(), process.stdout, { end: false });
    say(longestText(times));
    return exitCode;
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}

/** Runs the suites one after the other until one fails; returns the exit code. */
async function runSuites(suites: readonly Suite[], words: readonly string[]): Promise<number> {
  const chosen = suites.filter(suite => filesOf(suite, words).length > 0);
  if (chosen.length === 0) {
    say(`No test file has ${words.join(' or ')} in its path.`);
    return 1;
  }
  for (const suite of chosen) {
    const problem = await suite.prepare();
    if (problem) say(`Left out: ${filesOf(suite, words).join(', ')}. ${problem}`);
    const exitCode = problem ? 0 : await runTests(filesOf(suite, words), suite.concurrency);
    if (exitCode !== 0) return exitCode;
  }
  return 0;
}

function chosenSuites({ e2e, slow }: { readonly e2e?: boolean; readonly slow?: boolean }): readonly Suite[] {
  if (slow) return [SLOW];
  return e2e ? [END_TO_END] : [TESTS, END_TO_END];
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { e2e: { type: 'boolean' }, slow: { type: 'boolean' } },
  });
  process.exitCode = await runSuites(chosenSuites(values), positionals);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
