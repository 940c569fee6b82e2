import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Command, type Option } from 'commander';
import { readSpec } from '../controller/api/spec.ts';
import { controllerCommand } from '../controller/options.ts';
import { backupCommand } from '../jobs/backup/options.ts';
import { convertCommand } from '../jobs/convert/options.ts';
import { etcdCleanerCommand } from '../jobs/etcd-cleaner/options.ts';
import { etcdV2ToV3Command } from '../jobs/etcd-v2-to-v3/options.ts';
import { kddV3Command } from '../jobs/kdd-cleaner/options.ts';
import { kddV1ToV3Command } from '../jobs/kdd-v1-to-v3/options.ts';
import { EXIT_CODES } from '../jobs/lib/run/failure.ts';
import { addLogOptions } from '../jobs/lib/run/options.ts';
import { CHECKS as CONVERTER_CHECKS } from '../jobs/policy-converter/checks.ts';
import { policyConverterCommand } from '../jobs/policy-converter/options.ts';
import { preflightCommand } from '../jobs/preflight/options.ts';
import { restoreCommand } from '../jobs/restore/options.ts';
import { statusCommand } from '../jobs/status/options.ts';
import { CLEANER_CHECKS } from '../jobs/tpr-cleaner/checks.ts';
import { tprCleanerCommand } from '../jobs/tpr-cleaner/options.ts';
import { CHECKS } from '../jobs/tpr-to-crd/checks.ts';
import { tprToCrdCommand } from '../jobs/tpr-to-crd/options.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const README = read('README.md');

/** The text of one section, up to the next heading. */
function section(heading: string): string {
  const start = README.indexOf(`\n${heading}\n`);
  assert.notEqual(start, -1, `README has no "${heading}"`);
  const body = README.slice(start + heading.length + 2);
  return body.split(/^#+ /m)[0] ?? '';
}

/** The rows of the tables of a section whose first cell is a name or a number. */
function rowsOf(heading: string): string[][] {
  return section(heading)
    .split('\n')
    .filter(line => /^\| [`\d]/.test(line))
    .map(cells);
}

/** The cells of a row; backquotes around a whole cell are taken off. */
function cells(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map(cell => cell.trim().replace(/^`(.*)`$/, '$1'));
}

/** Option, environment variable and default, as README writes them. */
function asRow({ flags, envVar, defaultValue }: Option): string[] {
  const none = defaultValue === undefined || (Array.isArray(defaultValue) && defaultValue.length === 0);
  return [flags, envVar ?? '', none ? '–' : String(defaultValue)];
}

/** The first three cells of the rows about options. */
const optionRows = (heading: string): string[][] =>
  rowsOf(heading)
    .map(row => row.slice(0, 3))
    .sort();

describe('README', () => {
  const common = new Set(backupCommand().options.map(({ long }) => long));
  const ownRows = (command: Command): string[][] =>
    command.options
      .filter(({ long }) => !common.has(long))
      .map(asRow)
      .sort();

  const assertOptions = (name: string, command: Command): void => {
    const missing = [...common].filter(long => !command.options.some(option => option.long === long));
    assert.deepEqual(missing, [], `${name} has all common options`);
    assert.deepEqual(optionRows(`### Options of \`${name}\``), ownRows(command));
  };

  it('lists the options of every command, with their variables and defaults', () => {
    const expected = backupCommand().options.map(asRow).sort();
    assert.deepEqual(optionRows('### Options of every command'), expected);
    const kubernetesCommands = [
      preflightCommand(),
      tprToCrdCommand(),
      kddV1ToV3Command(),
      restoreCommand(),
      policyConverterCommand(),
      tprCleanerCommand(),
    ];
    for (const command of kubernetesCommands) assertOptions(command.name(), command);
    assertOptions('kdd-cleaner v3', kddV3Command());
  });

  it('lists the options of commands that have commands of their own, and of those without common options', () => {
    for (const group of [etcdV2ToV3Command(), etcdCleanerCommand()]) {
      const options = group.commands.flatMap(command => ownRows(command));
      const different = new Map(options.map(row => [row[0], row]));
      assert.deepEqual(optionRows(`### Options of \`${group.name()}\``), [...different.values()].sort());
    }
    for (const command of [convertCommand(), statusCommand()])
      assert.deepEqual(optionRows(`### Options of \`${command.name()}\``), ownRows(command));
  });

  it('lists the options of the controller, and every field of a CalicoUpgrade', () => {
    const log = new Set(addLogOptions(new Command()).options.map(({ long }) => long));
    const own = controllerCommand('manifests').options.filter(({ long }) => !log.has(long));
    assert.deepEqual(optionRows('### Options of the controller'), own.map(asRow).sort());
    const fields = rowsOf('### What it does').flatMap(([names = '']) => names.split('`, `'));
    const listed = new Set(fields.map(name => name.replace(/^.*\./, '')));
    const rollout = { order: 'label', orderLabel: 'stage', spread: 'rack' };
    const read = readSpec({
      targetVersion: 'v2.6.12',
      fromVersion: 'v2.4.1',
      registry: 'r.example',
      rollout,
    });
    assert.ok('spec' in read);
    const { rollout: inner, verify, ...outer } = read.spec;
    for (const name of [outer, inner, verify].flatMap(Object.keys)) assert.ok(listed.has(name), name);
  });

  it('names every command of the program', () => {
    const names = [...read('jobs/main.ts').matchAll(/import\('\.\/([a-z0-9-]+)\/\w+\.ts'\)/g)].map(
      ([, name]) => name,
    );
    const listed = section('## Commands and options').matchAll(/^\| `([a-z0-9-]+)` \|/gm);
    assert.deepEqual([...listed].map(([, name]) => name).sort(), [...new Set(names)].sort());
  });

  it('names every environment variable that the sources read', () => {
    const sources = globSync('jobs/**/*.ts', { cwd: ROOT }).map(read).join('');
    for (const [name] of sources.matchAll(/CALICO_UPGRADE_[A-Z]\w+/g))
      assert.ok(README.includes(`\`${name}\``), name);
  });

  it('explains every exit code and every check', () => {
    const codes = rowsOf('## Exit codes').map(([code]) => Number(code));
    assert.deepEqual(codes, Object.values(EXIT_CODES));
    const checks = rowsOf('## When it refuses').flatMap(([name = '']) => name.split('`, `'));
    for (const check of CHECKS) assert.ok(checks.includes(check), check);
    const ofConversion = rowsOf('### When the conversion refuses').map(([name]) => name);
    assert.deepEqual(ofConversion, [...CONVERTER_CHECKS]);
    const cleaning = rowsOf('### 7. Clean up').map(([name]) => name);
    for (const check of CLEANER_CHECKS) assert.ok(cleaning.includes(check), check);
  });

  it('leads to files that exist, and shows the patch as it is', () => {
    const text = README + read('CONTRIBUTING.md');
    const paths = [...text.matchAll(/(?:manifests|jobs|test)\/[\w./-]*\w/g)].map(([path]) => path);
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = '']) => path);
    for (const path of [...paths, ...links]) {
      if (!path.includes('*')) assert.ok(existsSync(join(ROOT, path)), path);
    }
    for (const [, heading = ''] of README.matchAll(/\]\(#([\w-]+)\)/g)) {
      assert.match(README.toLowerCase().replaceAll(' ', '-'), new RegExp(`^#+-${heading}$`, 'm'));
    }
    assert.ok(README.includes(read('manifests/patches/from-etcd.yaml')));
  });
});
