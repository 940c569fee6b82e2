import { type Conversion, convertAll } from '../../../../../jobs/lib/calico/v1/convert-all.ts';
import { storedText } from '../../../../../jobs/lib/calico/v3/storage.ts';

const RESOURCES = '/calico/resources/v3/projectcalico.org/';

/** Everything in etcd v2, as the conversion takes it. */
export const convert = (keys: Readonly<Record<string, string>>): Conversion =>
  convertAll(Object.entries(keys));

/** The spec of a resource as Go would write it; `undefined` where there is no such resource. */
export function specOf(conversion: Conversion, plural: string, name: string): string | undefined {
  const value = conversion.entries.find(({ key }) => key === `${RESOURCES}${plural}/${name}`)?.value;
  if (value === undefined || typeof value === 'string') return undefined;
  return /"spec":(.*)}$/.exec(storedText(value, { uid: 'u', creationTimestamp: 't' }))?.[1];
}

/** The stored text of IPAM data by key. */
export const ipamText = (conversion: Conversion, key: string): string | undefined => {
  const value = conversion.entries.find(entry => entry.key === `/calico/ipam/v2/${key}`)?.value;
  return typeof value === 'string' ? value : undefined;
};

/** `conversionerrors Policy(name=x): spec.order`, what is refused, in which report, where. */
export const refusals = ({ problems }: Conversion): string[] =>
  problems.map(({ report, object, field }) => `${report} ${object}${field && `: ${field}`}`);

/** `Node(name=x): reason`. */
export const noted = ({ notes }: Conversion): string[] =>
  notes.map(({ object, reason }) => `${object}: ${reason}`);
