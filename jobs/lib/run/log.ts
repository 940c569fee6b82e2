import { isatty } from 'node:tty';
import pino from 'pino';

export type Log = pino.Logger;

export type LogFormat = 'text' | 'json';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  readonly format: LogFormat;
  readonly level: LogLevel;
  /** Values that must not appear in any line, such as a password (field-lessons, F20). */
  readonly secrets?: readonly string[];
}

/** Where finished lines go; standard output unless a test takes them. */
export interface LineSink {
  write(line: string): unknown;
}

const HIDDEN = '(hidden)';

/** A log of one line an event: pino's JSON, or `time  stage  sentence` for people who read `kubectl logs`. */
export function createLog(options: LogOptions, given?: LineSink): Log {
  const sink = given ?? standardOutput();
  const colour = !given && isatty(1);
  const secrets = (options.secrets ?? []).filter(secret => secret !== '');
  const shape = options.format === 'json' ? jsonLine : (entry: Entry) => textLine(entry, colour);
  const destination: LineSink = { write: line => sink.write(shape(hideSecrets(JSON.parse(line), secrets))) };
  return pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

/** Synchronous, so that nothing is lost when the process is killed; a reader that went away is not our failure. */
function standardOutput(): LineSink {
  const output = pino.destination({ fd: 1, sync: true });
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.stderr.write(`cannot write the log: ${error.message}\n`);
  });
  return output;
}

interface Entry {
  readonly level: number;
  readonly time: string;
  readonly msg?: string;
  readonly stage?: string;
}

const WORDS: Readonly<Record<number, string>> = { 20: 'debug: ', 40: 'warning: ', 50: 'error: ' };
const COLOURS: Readonly<Record<number, string>> = { 20: '\u001b[2m', 40: '\u001b[33m', 50: '\u001b[31m' };

const jsonLine = (entry: Entry): string => `${JSON.stringify(entry)}\n`;

/** Only in what is said: a secret such as `1` must not damage times and levels. */
function hideSecrets(entry: Entry, secrets: readonly string[]): Entry {
  if (secrets.length === 0 || entry.msg === undefined) return entry;
  return { ...entry, msg: secrets.reduce((text, secret) => text.replaceAll(secret, HIDDEN), entry.msg) };
}

function textLine(entry: Entry, colour: boolean): string {
  const prefix = `${entry.time.slice(11, 19)}  ${(entry.stage ?? '').padEnd(9)}  `;
  const indent = `\n${' '.repeat(prefix.length)}`;
  const text = `${prefix}${WORDS[entry.level] ?? ''}${(entry.msg ?? '').replaceAll('\n', indent)}`;
  const start = colour ? COLOURS[entry.level] : undefined;
  return start ? `${start}${text}\u001b[0m\n` : `${text}\n`;
}
