import { type GoCidr, parseCidr } from '../go-net.ts';
import { type Read, wrong } from './json-fields.ts';

/** A network with the host bits that it has; an address alone is the network that holds only it, as for Go. */
export const readCidr: Read<GoCidr> = (value, path, source) => {
  const text = typeof value === 'string' ? value : '';
  const cidr = parseCidr(text) ?? parseCidr(`${text}/${text.includes(':') ? 128 : 32}`);
  return cidr ?? wrong(source, path, value, 'a network', 'Write a network such as 10.64.0.0/16');
};
