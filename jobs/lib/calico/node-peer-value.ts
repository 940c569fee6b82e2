import { parseGoObject } from './go-json.ts';
import { parseIp } from './go-net.ts';
import { valueText } from './object-text.ts';
import type { Problem } from './problem.ts';

/** What the annotation of a node-scoped BGP peer says (tpr-to-crd reference, section 1). */
export interface NodePeer {
  /** In Go's canonical text. */
  readonly ip: string;
  /** `undefined` if there is none; Calico reads that as 0. */
  readonly asNumber: number | undefined;
  /** Keys that Calico does not know. */
  readonly extra: readonly string[];
}

/**
 * Reads the annotation `field` of `object`; a problem for all that makes Calico skip the peer (row 11). `release` is the
 * one that people are told of.
 */
export function readNodePeer(
  object: string,
  field: string,
  text: string,
  release = '2.4',
): { readonly peer?: NodePeer; readonly problems: readonly Problem[] } {
  const problem = (reason: string): Problem => ({
    object,
    field,
    reason: `${reason}, so Calico ${release} ignores the peer`,
    fix: 'Correct the annotation, or remove it',
  });
  const fields = parseGoObject(text, ['ip', 'as_num']);
  if (fields === undefined) return { problems: [problem(`is ${valueText(text)}, expected a JSON object`)] };
  const ip = asText(fields.last('ip'), parseIp);
  const asNumber = asText(fields.last('as_num'), parseAsText);
  const problems = [
    ...(ip === undefined
      ? [problem(`has ip ${valueText(fields.last('ip'))}, expected an IP address as a string`)]
      : []),
    ...(asNumber === undefined && fields.all('as_num').length > 0
      ? [problem(`has as_num ${valueText(fields.last('as_num'))}, expected a decimal AS number as a string`)]
      : []),
  ];
  if (problems.length > 0 || ip === undefined) return { problems };
  return { peer: { ip: ip.text, asNumber, extra: fields.unknown }, problems: [] };
}

function asText<T>(value: unknown, parse: (text: string) => T | undefined): T | undefined {
  return typeof value === 'string' ? parse(value) : undefined;
}

/** Calico reads the text as a JSON number: neither dots nor leading zeros here, unlike in a global peer. */
function parseAsText(text: string): number | undefined {
  return /^(0|[1-9][0-9]{0,9})$/.test(text) && Number(text) <= 0xffff_ffff ? Number(text) : undefined;
}
