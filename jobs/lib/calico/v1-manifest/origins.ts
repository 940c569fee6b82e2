/** Paths in a manifest, by paths in the stored value or in the v3 object that come from there. */
export type Origins = Map<string, string>;

/**
 * Where in the manifest a path of the stored value or of the v3 object comes from: the origin of the longest part of it
 * that has one, and the rest. A path without an origin is the same in both.
 */
export function originOf(origins: Origins, path: string): string {
  for (let end = path.length; end > 0; end = lastBreak(path, end)) {
    const origin = origins.get(path.slice(0, end));
    if (origin !== undefined) return origin + path.slice(end);
  }
  return path;
}

const lastBreak = (path: string, end: number): number =>
  Math.max(path.lastIndexOf('.', end - 1), path.lastIndexOf('[', end - 1));
