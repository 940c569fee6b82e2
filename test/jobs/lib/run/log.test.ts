import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog, type Log, type LogOptions } from '../../../../jobs/lib/run/log.ts';

/** The lines that an action logs. */
function linesOf(options: Partial<LogOptions>, action: (log: Log) => void): readonly string[] {
  const lines: string[] = [];
  action(createLog({ format: 'text', level: 'info', ...options }, { write: line => lines.push(line) }));
  return lines;
}

/** Without the time. */
const textsOf = (options: Partial<LogOptions>, action: (log: Log) => void): readonly string[] =>
  linesOf(options, action).map(line => line.replace(/^\d\d:\d\d:\d\d {2}/, ''));

test('writes time, stage and sentence, and names what is not information', () => {
  const lines = textsOf({ level: 'debug' }, log => {
    const apply = log.child({ stage: 'apply' });
    apply.debug('a detail');
    apply.info('ippools 3/3');
    apply.warn('it is late');
    apply.error('it is wrong');
    log.info('no stage');
  });
  assert.deepEqual(lines, [
    'apply      debug: a detail\n',
    'apply      ippools 3/3\n',
    'apply      warning: it is late\n',
    'apply      error: it is wrong\n',
    '           no stage\n',
  ]);
});

test('starts with the time of day in UTC', () => {
  const [line = ''] = linesOf({}, log => log.info('now'));
  const now = new Date().toISOString();
  assert.match(line, /^\d\d:\d\d:\d\d {2}/);
  assert.ok(Math.abs(Date.parse(`${now.slice(0, 11)}${line.slice(0, 8)}Z`) - Date.parse(now)) < 5_000);
});

test('indents the further lines of a text', () => {
  const [line] = linesOf({}, log => log.child({ stage: 'plan' }).info('one\ntwo'));
  assert.match(line ?? '', /^\d\d:\d\d:\d\d {2}plan {7}one\n {21}two\n$/);
});

test('leaves out what is below the level', () => {
  const lines = textsOf({ level: 'warn' }, log => {
    log.info('not shown');
    log.warn('shown');
  });
  assert.equal(lines.length, 1);
});

test('writes JSON of one line an event, with stage and level', () => {
  const [line = ''] = linesOf({ format: 'json' }, log => log.child({ stage: 'plan' }).warn('one\ntwo'));
  const { time, ...entry } = JSON.parse(line);
  assert.deepEqual(entry, { level: 40, stage: 'plan', msg: 'one\ntwo' });
  assert.equal(new Date(time).toISOString(), time);
  assert.equal(line.indexOf('\n'), line.length - 1);
});

test('hides secrets in both formats, also those that JSON escapes, and several at a time', () => {
  const secrets = ['pass"word\\', 'other', ''];
  for (const format of ['text', 'json'] as const) {
    const [line = ''] = linesOf({ format, secrets }, log =>
      log.error('user root, password pass"word\\ and other, again pass"word\\'),
    );
    assert.match(line, /user root, password \(hidden\) and \(hidden\), again \(hidden\)/);
  }
});

test('a short secret damages neither the time nor the level', () => {
  const [line = ''] = linesOf({ format: 'json', secrets: ['1', '0', '5'] }, log => log.error('port 1'));
  const entry = JSON.parse(line);
  assert.equal(entry.level, 50);
  assert.equal(entry.msg, 'port (hidden)');
  assert.ok(!Number.isNaN(Date.parse(entry.time)));
});
