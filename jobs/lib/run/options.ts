import { type Command, InvalidArgumentError, Option } from 'commander';
import { LOG_LEVELS, type LogFormat, type LogLevel } from './log.ts';

/** What every job understands; each option has an environment variable, since manifests prefer those. */
export interface CommonOptions {
  readonly dryRun: boolean;
  /** `configmap`, `none`, or a directory. */
  readonly backup: string;
  readonly outputDir?: string;
  readonly namespace: string;
  readonly logFormat: LogFormat;
  readonly logLevel: LogLevel;
  /** Seconds. */
  readonly requestTimeout: number;
  /** Seconds. */
  readonly retryTimeout: number;
}

const PREFIX = 'CALICO_UPGRADE_';

/** An option whose environment variable is CALICO_UPGRADE_ and its name in capitals. */
export function option(flags: string, description: string): Option {
  const made = new Option(flags, description);
  return made.env(`${PREFIX}${made.name().replaceAll('-', '_').toUpperCase()}`);
}

/** A switch that can also be turned on and off by a value: `--dry-run`, `--dry-run false`, `…_DRY_RUN=true`. */
export function switchOption(name: string, description: string): Option {
  return option(`--${name} [boolean]`, description).preset('true').default(false).argParser(parseBoolean);
}

export function parseBoolean(text: string): boolean {
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  if (/^(false|0|no|off)$/i.test(text)) return false;
  throw new InvalidArgumentError('Expected true or false.');
}

export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds <= 0)
    throw new InvalidArgumentError('Expected a number of seconds above 0.');
  return seconds;
}

/** A list separated by commas or blanks; the option can also be given several times. */
export function parseList(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, ...text.split(/[\s,]+/).filter(Boolean)];
}

/** Options of how a job shows itself. */
export function addLogOptions(command: Command): Command {
  return command
    .addOption(
      option('--log-format <format>', 'text for people, json for programs')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addOption(
      option('--log-level <level>', 'least severity that is shown').choices(LOG_LEVELS).default('info'),
    );
}

/** Options of every job, with the defaults of those that read and write the API server. */
export function addCommonOptions(
  command: Command,
  { backup }: { backup: string } = { backup: 'configmap' },
): Command {
  return addLogOptions(command)
    .addOption(switchOption('dry-run', 'print the plan, change nothing'))
    .addOption(
      option('--backup <where>', 'where the backup goes: configmap, none, or a directory').default(backup),
    )
    .addOption(option('--output-dir <dir>', 'write the report there instead of into a ConfigMap'))
    .addOption(option('--namespace <name>', 'namespace of our ConfigMaps and Events').default('default'))
    .addOption(
      option('--request-timeout <seconds>', 'how long the API server or etcd may take for one answer')
        .argParser(parseSeconds)
        .default(30),
    )
    .addOption(
      option(
        '--retry-timeout <seconds>',
        'how long a request that fails, to API server or etcd, is tried again',
      )
        .argParser(parseSeconds)
        .default(360),
    );
}

/** Removes our environment variables that are empty: a manifest leaves them so where nothing is to be set. */
export function dropEmptyVariables(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(env)) {
    if (name.startsWith(PREFIX) && env[name]?.trim() === '') delete env[name];
  }
}
