import { type ConvertFelixValue, type FelixValue, unreadable } from './felix-values.ts';
import { parseGoInt } from './go-numbers.ts';

interface ProtoPort {
  readonly protocol: string;
  readonly port: number;
}

const EXPECTED = 'ports such as tcp:22, udp:68 with commas between them, or none';

/** The ports that Felix never blocks: `tcp:22, udp:68`, a number alone is TCP (conversion reference, section 3.9). */
export const failsafePortsValue: ConvertFelixValue = text => {
  if (text.toLowerCase() === 'none') return { value: [] };
  const items = text.split(',').map(item => item.replace(/^ +| +$/g, ''));
  const ports = items.filter(item => item !== '').map(protoPort);
  if (ports.includes(undefined)) return badPorts(text);
  if (ports.length > 0) return { value: ports };
  return { value: undefined, note: 'is empty: v3 takes its default ports then; set it to none for no ports' };
};

function protoPort(item: string): ProtoPort | undefined {
  const parts = item.split(':');
  const [first = '', second] = parts;
  const protocol = second === undefined ? 'TCP' : first.toUpperCase();
  const port = parseGoInt(second ?? first);
  if (parts.length > 2 || (protocol !== 'TCP' && protocol !== 'UDP')) return undefined;
  return typeof port === 'number' && port >= 0 && port <= 65535 ? { protocol, port } : undefined;
}

const badPorts = (text: string): FelixValue => unreadable(text, EXPECTED, `Set it to ${EXPECTED}`);
