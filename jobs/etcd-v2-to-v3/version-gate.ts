import semver from 'semver';

/** The oldest release whose Felix reports ready while it waits (conversion reference, section 9). */
export const OLDEST_VERSION = '2.6.5';

export type VersionVerdict =
  | { readonly verdict: 'migrate'; readonly version: string }
  | { readonly verdict: 'missing' | 'unparsable' | 'too-old' | 'too-new'; readonly reason: string };

/** Whether the data that this version of Calico left can be moved to 3.0 (conversion reference, section 9). */
export function checkVersion(text: string | undefined): VersionVerdict {
  if (text === undefined) {
    return {
      verdict: 'missing',
      reason: `etcd v2 has no key /calico/v1/config/CalicoVersion, which every calico/node writes: is this the datastore of Calico ${OLDEST_VERSION} or later`,
    };
  }
  const version = semver.parse(text.replace(/^v/, ''));
  if (!version || !/^v?\d\S*$/.test(text)) {
    return {
      verdict: 'unparsable',
      reason: `CalicoVersion is ${JSON.stringify(text)}, expected a release such as v2.6.12. Run a released calico/node`,
    };
  }
  const { major, minor, patch } = version;
  const release = `${major}.${minor}.${patch}`;
  if (major >= 3) {
    return { verdict: 'too-new', reason: `CalicoVersion is ${text}: this is Calico 3 data already` };
  }
  if (semver.lt(release, OLDEST_VERSION)) {
    return {
      verdict: 'too-old',
      reason: `Calico ${text} runs here, and ${OLDEST_VERSION} is the oldest that can wait while its data moves. Upgrade to the newest 2.6 first, on every node`,
    };
  }
  return { verdict: 'migrate', version: text };
}
