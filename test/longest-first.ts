/** The longest test files, the longest first; `npm test` ends with the list of those that were. */
export const LONGEST: readonly string[] = [
  'test/jobs/etcd-v2-to-v3/recordings.test.ts',
  'test/controller/faults/killed-before-each.test.ts',
  'test/controller/faults/killed-after-each.test.ts',
  'test/jobs/tpr-cleaner/faults-requests.test.ts',
  'test/jobs/tpr-to-crd/recordings.test.ts',
  'test/jobs/etcd-cleaner/v1-changed.test.ts',
  'test/jobs/tpr-cleaner/changing.test.ts',
  'test/jobs/etcd-v2-to-v3/faults-requests.test.ts',
  'test/jobs/restore/restore.test.ts',
  'test/jobs/kdd-v1-to-v3/faults-requests.test.ts',
  'test/jobs/tpr-to-crd/faults-outage.test.ts',
  'test/jobs/etcd-v2-to-v3/faults-stalled.test.ts',
  'test/jobs/kdd-cleaner/v3-faults.test.ts',
  'test/jobs/tpr-to-crd/faults-etcd.test.ts',
  'test/jobs/tpr-cleaner/faults-killed.test.ts',
  'test/jobs/tpr-to-crd/faults-killed.test.ts',
  'test/jobs/policy-converter/faults-requests.test.ts',
  'test/jobs/etcd-v2-to-v3/faults-waiting.test.ts',
  'test/jobs/tpr-to-crd/faults-requests.test.ts',
  'test/controller/faults/requests.test.ts',
  'test/controller/faults/edited.test.ts',
  'test/jobs/tpr-to-crd/faults-waiting.test.ts',
];

/** The files in the order in which they are best started: a long one that starts last runs alone in the end. */
export function longestFirst(files: readonly string[]): readonly string[] {
  const rank = (file: string): number => {
    const index = LONGEST.indexOf(file);
    return index === -1 ? LONGEST.length : index;
  };
  return files.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** How long a file took. */
export interface FileTime {
  readonly file: string;
  readonly seconds: number;
}

/** A line with each of the longest files and its time. */
export function longestText(times: readonly FileTime[], count = 20): string {
  const longest = times.toSorted((a, b) => b.seconds - a.seconds).slice(0, count);
  return [
    'The longest files:',
    ...longest.map(({ file, seconds }) => `  ${file} ${seconds.toFixed()} s`),
  ].join('\n');
}
