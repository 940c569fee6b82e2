import type { GoCidr } from '../go-net.ts';
import { nameProblems } from '../v3/names.ts';
import { poolProblems } from '../v3/pool.ts';
import { clusterEntry } from '../v3/storage.ts';
import { addConversionError, addValidationErrors, type Findings, findingsOf } from './findings.ts';
import { type JsonObject, objectOf, readJson, struct } from './json-fields.ts';
import { readBoolean, readString } from './json-readers.ts';
import { cidrName, ipName } from './names.ts';
import { segmentCidr } from './place-ipam.ts';
import { readCidr } from './read-cidr.ts';
import type { Unit, UnitResult, UnitValues } from './unit.ts';
import { noteUnknownFields, unconverted, validated } from './unit-result.ts';

type Field = 'cidr' | 'ipip' | 'ipip_mode' | 'masquerade' | 'ipam' | 'disabled';

const POOL = objectOf(struct<Field>('cidr', 'ipip', 'ipip_mode', 'masquerade', 'ipam', 'disabled'));

/** A pool below `/calico/v1/ipam` to an IPPool (conversion reference, section 3.4). Its network is that of the value. */
export function convertIpPool(unit: Unit, values: UnitValues): UnitResult {
  const found = findingsOf(unit);
  const key = unit.id;
  if (segmentCidr(unit.parts.network ?? '') === undefined) {
    addConversionError(found, key, {
      field: '',
      reason: `the key ends in ${unit.parts.network}, expected a network such as 10.64.0.0-16`,
      fix: 'Delete the key in etcd v2, and make the pool anew if it is needed',
    });
  }
  const value = readJson({ found, key }, values.get(key) ?? '', POOL);
  const pool = value && readPool(value, found, key);
  if (pool === undefined || found.problems.length > 0) return unconverted(found);
  const { cidr, spec } = pool;
  const name = poolName(cidr);
  const problems = [...nameProblems('metadata.name', name), ...poolProblems(cidr, pool)];
  return validated(
    found,
    key,
    `IPPool(${name})`,
    clusterEntry('IPPool', 'ippools', { name }, spec),
    problems,
  );
}

/** A name may not begin with a dash, so a network that begins with `::` is written out. */
function poolName(cidr: GoCidr): string {
  const name = cidrName(cidr);
  return name.startsWith('-') ? `${ipName(cidr.ip)}-${cidr.prefixLength}` : name;
}

function readPool(value: JsonObject<Field>, found: Findings, key: string) {
  noteUnknownFields(found, key, value.unknown);
  const cidr = value.get('cidr', readCidr);
  const ipipMode = convertMode(value.get('ipip', readString) ?? '', value.get('ipip_mode', readString) ?? '');
  const natOutgoing = value.get('masquerade', readBoolean) ?? false;
  const disabled = value.get('disabled', readBoolean) ?? false;
  value.get('ipam', readBoolean);
  if (cidr === undefined) {
    if (!value.has('cidr')) noCidr(found, key);
    return undefined;
  }
  const spec = {
    cidr: cidr.text,
    vxlanMode: 'Never',
    ipipMode,
    ...(natOutgoing && { natOutgoing }),
    ...(disabled && { disabled }),
    blockSize: cidr.version === 4 ? 26 : 122,
    nodeSelector: 'all()',
  };
  return { cidr, ipipMode, disabled, spec };
}

/** Without a tunnel device there is no IPIP, whatever the mode; a mode that is not known is the default, Always. */
function convertMode(device: string, mode: string): string {
  if (device === '') return 'Never';
  return mode.toLowerCase() === 'cross-subnet' ? 'CrossSubnet' : 'Always';
}

function noCidr(found: Findings, key: string): void {
  addValidationErrors(found, key, [
    {
      field: 'spec.cidr',
      reason: 'is missing, expected the network of the pool',
      fix: 'Write the network of the pool into the value in etcd v2, or delete the key',
    },
  ]);
}
