import { Command, InvalidArgumentError } from 'commander';
import { OUTPUT_FORMATS, type OutputFormat } from '../lib/calico/v1-manifest/formats.ts';
import { addLogOptions, type CommonOptions, option } from '../lib/run/options.ts';

export interface ConvertOptions extends Pick<CommonOptions, 'logFormat' | 'logLevel'> {
  /** A file, or `-` for standard input. */
  readonly filename: string;
  /** A file; standard output without it, and for `-`. */
  readonly output?: string;
  readonly format: OutputFormat;
}

/** The command line of `convert`. It needs neither an API server nor etcd. */
export function convertCommand(): Command {
  const command = new Command('convert')
    .description('turn manifests of calicoctl 1 into manifests of calicoctl 3')
    .addOption(
      option('-f, --filename <file>', 'manifests to convert; - for standard input').makeOptionMandatory(),
    )
    .addOption(
      option('-o, --output <file>', 'where the result goes; without it, standard output').argParser(
        parseOutput,
      ),
    )
    .addOption(option('--format <format>', 'of the result').choices(OUTPUT_FORMATS).default('yaml'));
  return addLogOptions(command);
}

/** In calicoctl the option -o is the format: what was meant must not become a file of this name. */
function parseOutput(text: string): string {
  if (!/^(?:yaml|yml|json)$/.test(text)) return text;
  throw new InvalidArgumentError(
    `Expected a file: the format is --format ${text === 'json' ? 'json' : 'yaml'}, a file of this name ./${text}.`,
  );
}
