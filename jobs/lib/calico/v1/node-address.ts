import { type GoIp, parseCidr, parseIp } from '../go-net.ts';
import { valueText } from '../object-text.ts';
import { addConversionError, addValidationErrors, type Findings } from './findings.ts';
import type { UnitValues } from './unit.ts';

/**
 * The BGP address of a host with the length of its network: `10.0.0.1/24`. `undefined` if there is none, or it cannot be
 * read, which is recorded.
 */
export function nodeAddress(
  found: Findings,
  root: string,
  version: 4 | 6,
  values: UnitValues,
): string | undefined {
  const addressKey = `${root}ip_addr_v${version}`;
  const networkKey = `${root}network_v${version}`;
  const ip = readAddress(found, addressKey, values.get(addressKey) ?? '');
  const network = readNetwork(found, networkKey, values.get(networkKey) ?? '');
  if (ip === undefined) return undefined;
  const full = ip.version === 4 ? 32 : 128;
  const text = `${ip.text}/${network?.version === ip.version ? network.prefixLength : full}`;
  if (ip.version !== version) {
    addValidationErrors(found, addressKey, [
      {
        field: `spec.bgp.ipv${version}Address`,
        reason: `is ${text}, expected an IPv${version} address`,
        fix: `Correct ${addressKey} in etcd v2, or delete it`,
      },
    ]);
  } else if (network !== undefined && network.version !== version) {
    badText(found, networkKey, network.text, `an IPv${version} network`);
  }
  return text;
}

function readAddress(found: Findings, key: string, text: string): GoIp | undefined {
  const ip = text === '' ? undefined : parseIp(text);
  if (text !== '' && ip === undefined) badText(found, key, text, 'an IP address');
  return ip;
}

function readNetwork(found: Findings, key: string, text: string): ReturnType<typeof parseCidr> {
  const network = text === '' ? undefined : parseCidr(text);
  if (text !== '' && network === undefined) badText(found, key, text, 'a network such as 10.0.0.0/24');
  return network;
}

function badText(found: Findings, key: string, text: string, expected: string): void {
  addConversionError(found, key, {
    field: key.slice(key.lastIndexOf('/') + 1),
    reason: `is ${valueText(text)}, expected ${expected}`,
    fix: `Correct ${key} in etcd v2, or delete it`,
  });
}
