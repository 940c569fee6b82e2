import { isRecord } from '../kubernetes/object.ts';
import { parseAsNumber } from './as-number.ts';
import { parseCidr, parseIp } from './go-net.ts';
import type { TprKind } from './tpr-kinds.ts';

type Spec = Readonly<Record<string, unknown>>;

const READERS: Readonly<Record<string, (spec: Spec) => Spec>> = {
  IPPool: spec => ({ ...spec, cidr: read(spec.cidr, cidr => parseCidr(cidr)?.text) }),
  BGPPeer: spec => ({
    ...spec,
    peerIP: read(spec.peerIP, ip => parseIp(ip)?.text),
    asNumber: parseAsNumber(spec.asNumber) ?? spec.asNumber,
  }),
};

/**
 * The spec of a CRD object as it is to be compared: without fields that are false, empty or null, which Calico
 * leaves out, and with addresses and AS numbers in one notation (tpr-to-crd reference, section 4). Zero is kept:
 * order 0 and no order are not the same.
 */
export function normalSpec(kind: TprKind, spec: unknown): Spec {
  if (!isRecord(spec)) return {};
  const reader = READERS[kind.crd.kind];
  return withoutEmptyFields(reader ? reader(spec) : spec);
}

function read(value: unknown, canonical: (text: string) => string | undefined): unknown {
  return typeof value === 'string' ? (canonical(value) ?? value) : value;
}

function withoutEmptyFields(record: Spec): Spec {
  const fields = Object.entries(record).map(([key, value]) => [key, normalValue(value)] as const);
  return Object.fromEntries(fields.filter(([, value]) => !isEmpty(value)));
}

/** Items of a list all stay: a rule without conditions is a rule. */
function normalValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalValue);
  return isRecord(value) ? withoutEmptyFields(value) : value;
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isRecord(value)) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === false || value === '';
}
