/**
 * The directories that some keys are in, up to the root; a directory, among the keys as well as in the result, ends in `/`.
 * What is above a directory that is known already is not looked at again: most keys have theirs in common.
 */
export function directoriesAbove(keys: Iterable<string>): Set<string> {
  const directories = new Set<string>();
  for (const key of keys) {
    const name = key.endsWith('/') ? key.slice(0, -1) : key;
    for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) {
      const directory = name.slice(0, end + 1);
      if (directories.has(directory)) break;
      directories.add(directory);
    }
  }
  return directories;
}
