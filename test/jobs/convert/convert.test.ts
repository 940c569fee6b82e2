import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, describe, it } from 'node:test';
import { PROGRAM_MAIN } from '../program-main.ts';

const POOL = 'apiVersion: v1\nkind: ipPool\nmetadata:\n  cidr: 10.64.0.0/16\n';
const V3_POOL = {
  apiVersion: 'projectcalico.org/v3',
  kind: 'IPPool',
  metadata: { name: '10-64-0-0-16' },
  spec: { cidr: '10.64.0.0/16', ipipMode: 'Never' },
};
const V3_YAML = [
  ...['apiVersion: projectcalico.org/v3', 'kind: IPPool', 'metadata:', '  name: 10-64-0-0-16'],
  ...['spec:', '  cidr: 10.64.0.0/16', '  ipipMode: Never', ''],
].join('\n');
const BAD = `${POOL}---\napiVersion: v1\nkind: policy\nmetadata: {name: p}\nspec: {selector: "a =="}\n`;

let root: string;
let directory: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'calico-upgrade-convert-'));
});
beforeEach(async () => {
  directory = await mkdtemp(join(root, 'test-'));
});
after(() => rm(root, { recursive: true }));

interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `convert` in the directory of the test. */
async function run(
  args: readonly string[],
  input = '',
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('CALICO_UPGRADE_'));
  const child = spawn(process.execPath, [PROGRAM_MAIN, 'convert', ...args], {
    cwd: directory,
    env: { ...Object.fromEntries(inherited), ...env },
  });
  const output = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  // A run that fails before it reads goes away from its input.
  child.stdin.on('error', () => undefined).end(input);
  const [stdout, stderr] = await output;
  return { exitCode: child.exitCode, stdout, stderr };
}

const file = (name: string): string => join(directory, name);

describe('convert', () => {
  it('reads standard input and writes YAML to standard output, and nothing else', async () => {
    const { exitCode, stdout, stderr } = await run(['-f', '-'], POOL);
    assert.equal(exitCode, 0, stderr);
    assert.equal(stdout, V3_YAML);
    assert.match(stderr, /^\S+ {2}convert {4}standard input: 1 object converted\n$/);
  });

  it('reads JSON from a file and writes JSON to a file', async () => {
    const pool = { apiVersion: 'v1', kind: 'ipPool', metadata: { cidr: '10.64.0.0/16' } };
    const other = { ...pool, metadata: { cidr: 'fd00::/64' } };
    await writeFile(file('in.json'), JSON.stringify([pool, other]));
    const { exitCode, stdout } = await run(['-f', 'in.json', '-o', 'out.json', '--format', 'json']);
    assert.deepEqual([exitCode, stdout], [0, '']);
    const written: unknown = JSON.parse(await readFile(file('out.json'), 'utf8'));
    assert.ok(Array.isArray(written));
    assert.deepEqual(written[0], V3_POOL);
    assert.equal(written.length, 2);
    assert.deepEqual((await readdir(directory)).sort(), ['in.json', 'out.json']);
  });

  it('takes its options from the environment', async () => {
    await writeFile(file('in.yaml'), POOL);
    const env = { CALICO_UPGRADE_FILENAME: 'in.yaml', CALICO_UPGRADE_FORMAT: 'json' };
    const { exitCode, stdout } = await run(['-o', '-'], '', env);
    assert.equal(exitCode, 0);
    assert.deepEqual(JSON.parse(stdout), V3_POOL);
  });

  it('can write over its input, which keeps its permissions', async () => {
    await writeFile(file('pool.yaml'), POOL);
    await chmod(file('pool.yaml'), 0o640);
    await symlink('pool.yaml', file('link.yaml'));
    assert.equal((await run(['-f', 'link.yaml', '-o', 'link.yaml'])).exitCode, 0);
    assert.equal(await readFile(file('pool.yaml'), 'utf8'), V3_YAML);
    assert.equal((await stat(file('pool.yaml'))).mode & 0o777, 0o640);
    assert.ok((await lstat(file('link.yaml'))).isSymbolicLink());
  });

  // A link in the directory of the test is like /dev/stdout: a mistake replaces it, and nothing of this machine.
  it('writes to an open pipe through a link, and leaves the link', async () => {
    await writeFile(file('in.yaml'), POOL);
    await symlink('/proc/self/fd/1', file('out'));
    const line = '"$0" "$1" convert -f in.yaml -o out | cat';
    const shell = spawn('sh', ['-c', line, process.execPath, PROGRAM_MAIN], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    assert.equal(await text(shell.stdout), V3_YAML);
    assert.ok((await lstat(file('out'))).isSymbolicLink());
  });

  it('writes into a named pipe, and leaves it one', async () => {
    const made = spawn('mkfifo', [file('pipe')]);
    await once(made, 'close');
    const reader = spawn('cat', [file('pipe')], { stdio: ['ignore', 'pipe', 'inherit'] });
    const received = text(reader.stdout);
    assert.equal((await run(['-f', '-', '-o', 'pipe'], POOL)).exitCode, 0);
    assert.ok((await lstat(file('pipe'))).isFIFO());
    assert.equal(await received, V3_YAML);
  });

  it('does not replace a link that leads nowhere', async () => {
    await symlink('none', file('out'));
    const { exitCode, stderr } = await run(['-f', '-', '-o', 'out'], POOL);
    assert.equal(exitCode, 2);
    assert.match(stderr, /cannot write out: it is a symbolic link that leads nowhere/);
    assert.deepEqual(await readdir(directory), ['out']);
  });

  it('warns of what a person has to know, without another exit code', async () => {
    const profile = '{apiVersion: v1, kind: profile, metadata: {name: k8s_ns.a}}';
    const { exitCode, stdout, stderr } = await run(['-f', '-'], profile);
    assert.equal(exitCode, 0);
    assert.match(stdout, /name: kns.a/);
    assert.match(
      stderr,
      /warning: standard input: document 1: Profile\(name=k8s_ns.a\): is made from a namespace/,
    );
    const quiet = await run(['-f', '-', '--log-level', 'error'], profile);
    assert.equal(quiet.stderr, '');
  });
});

describe('a problem in the input ends with exit code 3', () => {
  it('and with file, document, object and field, and nothing written', async () => {
    await writeFile(file('in.yaml'), BAD);
    await writeFile(file('out.yaml'), 'as before');
    const { exitCode, stdout, stderr } = await run(['-f', 'in.yaml', '-o', 'out.yaml']);
    assert.deepEqual([exitCode, stdout], [3, '']);
    assert.match(
      stderr,
      /error: in\.yaml: document 2: Policy\(name=p\): spec\.selector: is "a ==", which is no selector: .+\. Correct the selector\.\n/,
    );
    assert.match(stderr, /error: in.yaml: nothing is written because of 1 problem\n$/);
    assert.equal(await readFile(file('out.yaml'), 'utf8'), 'as before');
    assert.deepEqual((await readdir(directory)).sort(), ['in.yaml', 'out.yaml']);
  });

  it('in JSON for programs', async () => {
    const { exitCode, stdout, stderr } = await run(['-f', '-', '--log-format', 'json'], BAD);
    assert.deepEqual([exitCode, stdout], [3, '']);
    const lines: unknown[] = stderr
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    assert.equal(lines.length, 2);
  });

  for (const [what, input, message] of [
    ['nothing', '', /standard input: holds no object\. Name a file/],
    ['no YAML', 'a: [', /document 1: cannot be read: line 1, column/],
    [
      'v3',
      V3_YAML,
      /document 1: apiVersion: is projectcalico\.org\/v3: the object has the form of v3 already/,
    ],
  ] as const) {
    it(`for ${what}`, async () => {
      const { exitCode, stdout, stderr } = await run(['-f', '-'], input);
      assert.deepEqual([exitCode, stdout], [3, '']);
      assert.match(stderr, message);
    });
  }
});

describe('wrong usage ends with exit code 2', () => {
  for (const [what, args, message] of [
    ['no file named', [], /required option '-f, --filename <file>' not specified/],
    ['no such file', ['-f', 'none.yaml'], /error: cannot read none\.yaml: ENOENT/],
    ['a directory', ['-f', '.'], /error: cannot read \.: EISDIR/],
    ['no UTF-8', ['-f', 'latin1.yaml'], /error: cannot read latin1\.yaml: .*utf-8/],
    [
      'a directory that is not there',
      ['-f', 'in.yaml', '-o', 'none/out.yaml'],
      /error: cannot write none\/out\.yaml: ENOENT/,
    ],
    ['a directory as output', ['-f', 'in.yaml', '-o', 'sub'], /error: cannot write sub: EISDIR/],
    [
      'a format as output',
      ['-f', 'in.yaml', '-o', 'yaml'],
      /the format is --format yaml, a file of this name \.\/yaml/,
    ],
    ['an unknown format', ['-f', 'in.yaml', '--format', 'xml'], /Allowed choices are yaml, json/],
    ['an option of other jobs', ['-f', 'in.yaml', '--dry-run'], /unknown option '--dry-run'/],
  ] as const) {
    it(what, async () => {
      await writeFile(file('in.yaml'), POOL);
      await writeFile(file('latin1.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xe9]));
      await mkdir(file('sub'));
      const { exitCode, stdout, stderr } = await run(args);
      assert.deepEqual([exitCode, stdout], [2, '']);
      assert.match(stderr, message);
      assert.deepEqual((await readdir(directory)).sort(), ['in.yaml', 'latin1.yaml', 'sub']);
    });
  }
});
