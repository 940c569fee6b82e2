/** A recording whose commands end otherwise with us, with the rows of the list of the original's defects that say why. */
export interface CommandDifference {
  readonly rows: readonly number[];
  readonly what: string;
  /** Our exit codes, command by command. */
  readonly exitCodes: readonly number[];
  /** What is stored at the end: as recorded, as it was before, or as the v1 data is converted. */
  readonly v3: 'recorded' | 'before' | 'converted';
  /** Ready at the end. */
  readonly ready: string | null;
}

/** Every other recording ends as recorded, or as the differences of the conversion say. */
export const COMMAND_DIFFERENCES: Readonly<Record<string, CommandDifference>> = {
  '027-v3-present-unparsable-ignored': {
    rows: [3],
    what: 'the value that is no JSON is refused beforehand; the original failed in its start, with a part written',
    exitCodes: [3, 3],
    v3: 'before',
    ready: 'true',
  },
  '274-needed-states': {
    rows: [3],
    what: 'the dry run refuses the Ready flag that start would refuse',
    exitCodes: [0, 0, 3],
    v3: 'before',
    ready: 'false',
  },
  '282-abort-empty-datastore': {
    rows: [6],
    what: 'abort makes no Ready flag where there is none',
    exitCodes: [0],
    v3: 'before',
    ready: null,
  },
  '284-abort-then-start-again': {
    rows: [5, 6],
    what: 'abort removes what was written, so that start begins anew',
    exitCodes: [0, 0, 0],
    v3: 'converted',
    ready: 'false',
  },
  '289-complete-empty-datastore': {
    rows: [7],
    what: 'complete is refused without a finished migration, and makes no ClusterInformation',
    exitCodes: [3],
    v3: 'before',
    ready: null,
  },
  '292-start-twice-ignore': {
    rows: [5],
    what: 'the second start recognises the finished migration: nothing to do',
    exitCodes: [0, 0],
    v3: 'recorded',
    ready: 'false',
  },
  '293-complete-v3-ci-present': {
    rows: [7],
    what: 'complete is refused without a finished migration of this program',
    exitCodes: [3],
    v3: 'before',
    ready: 'true',
  },
};
