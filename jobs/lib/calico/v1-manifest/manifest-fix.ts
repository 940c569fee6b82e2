/** What the advice for data in etcd v2 says, and what it is for a manifest. */
const WORDS: readonly (readonly [stored: string | RegExp, manifest: string])[] = [
  [', or delete the key', ''],
  ['Delete the endpoint in etcd v2', 'Remove the endpoint from the manifest'],
  ['name or expected_ipv4_addrs', 'interfaceName or expectedIPs'],
  ['ipip to ""', 'enabled to false'],
  ['pre_dnat', 'preDNAT'],
  ['untracked', 'doNotTrack'],
  ['next-tier', 'pass'],
  ['outbound rules', 'egress rules'],
  [/,? in etcd v2/g, ''],
];

/** The advice for an object of etcd v2 as the advice for an object of a manifest. */
export const manifestFix = (fix: string): string =>
  WORDS.reduce((text, [stored, manifest]) => text.replaceAll(stored, manifest), fix);
