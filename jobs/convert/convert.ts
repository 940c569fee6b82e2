import {
  convertManifests,
  type ManifestConversion,
  type ManifestNote,
  type ManifestProblem,
  placeText,
} from '../lib/calico/v1-manifest/convert-manifests.ts';
import { outputText } from '../lib/calico/v1-manifest/output.ts';
import { EXIT_CODES, Failure } from '../lib/run/failure.ts';
import type { Log } from '../lib/run/log.ts';
import { countOf } from '../lib/run/table.ts';
import { inputName, readInput, writeOutput } from './files.ts';
import type { ConvertOptions } from './options.ts';

/**
 * Converts a file of manifests from v1 to v3. Returns the exit code: nothing is written where there is a problem.
 * @param log does not write to standard output, where the result may go
 */
export async function convert(options: ConvertOptions, log: Log): Promise<number> {
  const own = log.child({ stage: 'convert' });
  try {
    const name = inputName(options.filename);
    const conversion = convertManifests(await readInput(options.filename));
    report(own, name, conversion);
    if (conversion.problems.length > 0) return EXIT_CODES.refused;
    await writeOutput(options.output, outputText(conversion.resources, options.format));
    own.info(`${name}: ${countOf(conversion.resources.length, 'object')} converted`);
    return EXIT_CODES.done;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    own.error(error.message);
    return EXIT_CODES[error.outcome];
  }
}

function report(log: Log, file: string, { problems, notes }: ManifestConversion): void {
  for (const note of notes) log.warn(noteLine(file, note));
  for (const problem of problems) log.error(problemLine(file, problem));
  if (problems.length > 0) {
    log.error(`${file}: nothing is written because of ${countOf(problems.length, 'problem')}`);
  }
}

/** `policies.yaml: document 2: Policy(name=x): spec.selector: is …, expected …. Write …` */
function problemLine(file: string, problem: ManifestProblem): string {
  const where = [file, placeText(problem), problem.field].filter(part => part !== '').join(': ');
  return `${where}: ${problem.reason}. ${problem.fix}.`;
}

const noteLine = (file: string, note: ManifestNote): string => `${file}: ${placeText(note)}: ${note.reason}`;
