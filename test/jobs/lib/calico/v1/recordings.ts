import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the tests need of a recording; test/golden/etcd/README.md explains the fields. */
export interface Recording {
  /** File name without `.json`. */
  readonly name: string;
  readonly v1: Readonly<Record<string, string>>;
  readonly v3Before?: Readonly<Record<string, unknown>>;
  readonly commands: readonly string[];
  readonly expect: {
    readonly v3: Readonly<Record<string, unknown>>;
    /** `null` where there is none. */
    readonly readyV1: string | null;
    readonly steps: readonly RecordedStep[];
  };
}

/** One command of a recording. */
export interface RecordedStep {
  readonly command: string;
  readonly exitCode: number;
  readonly outcome: string;
  readonly reports: {
    readonly convertednames?: string;
    readonly nameclashes?: string;
    readonly conversionerrors?: NamedObjects;
    readonly validationerrors?: NamedObjects;
  };
}

interface NamedObjects {
  readonly objects: readonly string[] | null;
}

const FOLDER = join(import.meta.dirname, '../../../../golden/etcd');

/** All recordings of the original calico-upgrade. */
export function readRecordings(): Recording[] {
  return readdirSync(FOLDER)
    .filter(file => file.endsWith('.json'))
    .sort()
    .map(file => ({
      ...JSON.parse(readFileSync(join(FOLDER, file), 'utf8')),
      name: file.replace('.json', ''),
    }));
}

/** The keys of a recording as etcd v2 lists them: what is below a name that begins with `_` is hidden. */
export function listedKeys({ v1 }: Pick<Recording, 'v1'>): (readonly [key: string, value: string])[] {
  return Object.entries(v1).filter(([key]) => !key.includes('/_'));
}
