import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Command } from 'commander';
import {
  addCommonOptions,
  type CommonOptions,
  dropEmptyVariables,
  option,
  parseBoolean,
  parseList,
  parseSeconds,
  switchOption,
} from '../../../../jobs/lib/run/options.ts';

let saved: NodeJS.ProcessEnv;
beforeEach(() => {
  saved = { ...process.env };
});
afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
  Object.assign(process.env, saved);
});

/** What a job gets for this command line and environment; throws what the user would see. */
function parse(args: readonly string[], env: Readonly<Record<string, string>> = {}): CommonOptions {
  Object.assign(process.env, env);
  dropEmptyVariables(process.env);
  const command = addCommonOptions(new Command('job'))
    .addOption(option('--from <list>', 'a list').argParser(parseList))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return command.parse([...args], { from: 'user' }).opts();
}

const DEFAULTS = {
  dryRun: false,
  backup: 'configmap',
  namespace: 'default',
  logFormat: 'text',
  logLevel: 'info',
  requestTimeout: 30,
  retryTimeout: 360,
};

describe('the options of every job', () => {
  test('have defaults', () => assert.deepEqual(parse([]), DEFAULTS));

  test('come from the environment, and from the command line before it', () => {
    const env = {
      CALICO_UPGRADE_DRY_RUN: 'true',
      CALICO_UPGRADE_BACKUP: '/backups',
      CALICO_UPGRADE_OUTPUT_DIR: '/reports',
      CALICO_UPGRADE_NAMESPACE: 'upgrade',
      CALICO_UPGRADE_LOG_FORMAT: 'json',
      CALICO_UPGRADE_LOG_LEVEL: 'debug',
      CALICO_UPGRADE_REQUEST_TIMEOUT: '2.5',
      CALICO_UPGRADE_RETRY_TIMEOUT: '60',
      CALICO_UPGRADE_FROM: 'https://a:2379,https://b:2379',
    };
    const fromEnv = {
      dryRun: true,
      backup: '/backups',
      outputDir: '/reports',
      namespace: 'upgrade',
      logFormat: 'json',
      logLevel: 'debug',
      requestTimeout: 2.5,
      retryTimeout: 60,
      from: ['https://a:2379', 'https://b:2379'],
    };
    assert.deepEqual(parse([], env), fromEnv);
    const args = ['--dry-run', 'false', '--backup', 'none', '--from', 'c', '--from', 'd e'];
    const from = ['c', 'd', 'e'];
    assert.deepEqual(parse(args), { ...fromEnv, dryRun: false, backup: 'none', from });
  });

  test('are not set by a variable that is empty or blank', () => {
    const env = {
      CALICO_UPGRADE_DRY_RUN: '',
      CALICO_UPGRADE_BACKUP: ' ',
      CALICO_UPGRADE_REQUEST_TIMEOUT: '',
      CALICO_UPGRADE_LOG_LEVEL: '\n',
      CALICO_UPGRADE_FROM: '',
    };
    assert.deepEqual(parse([], env), DEFAULTS);
  });

  test('name what is wrong, and where it came from', () => {
    assert.throws(() => parse(['--dry-run', 'maybe']), /'--dry-run \[boolean\]'.*'maybe'.*true or false/);
    assert.throws(() => parse(['--request-timeout', '0']), /number of seconds above 0/);
    assert.throws(() => parse(['--log-format', 'xml']), /Allowed choices are text, json/);
    assert.throws(() => parse(['--no-such']), /unknown option '--no-such'/);
    const env = { CALICO_UPGRADE_LOG_LEVEL: 'loud' };
    assert.throws(() => parse([], env), /'loud' from env 'CALICO_UPGRADE_LOG_LEVEL'/);
  });
});

test('a switch is on without a value', () => {
  const command = new Command('job').addOption(switchOption('skip-invalid', 'x'));
  assert.equal(command.parse(['--skip-invalid'], { from: 'user' }).opts().skipInvalid, true);
});

test('only our own empty variables are dropped', () => {
  const env = { CALICO_UPGRADE_A: '', CALICO_UPGRADE_B: '0', OTHER: '' };
  dropEmptyVariables(env);
  assert.deepEqual(env, { CALICO_UPGRADE_B: '0', OTHER: '' });
});

test('an option is named as its environment variable', () => {
  assert.equal(option('--on-conflict <what>', 'x').envVar, 'CALICO_UPGRADE_ON_CONFLICT');
  assert.equal(switchOption('dry-run', 'x').envVar, 'CALICO_UPGRADE_DRY_RUN');
});

test('reads booleans, seconds and lists', () => {
  assert.deepEqual(['true', '1', 'YES', 'on'].map(parseBoolean), Array(4).fill(true));
  assert.deepEqual(['False', '0', 'no', 'off'].map(parseBoolean), Array(4).fill(false));
  for (const text of ['', 'y', '2', 'truee']) assert.throws(() => parseBoolean(text), /true or false/);
  assert.deepEqual(['1', '0.5', '1e2'].map(parseSeconds), [1, 0.5, 100]);
  for (const text of ['', '0', '-1', '5s', 'Infinity', 'NaN'])
    assert.throws(() => parseSeconds(text), /seconds/);
  assert.deepEqual(parseList(' a, b\nc,,', ['z']), ['z', 'a', 'b', 'c']);
});
