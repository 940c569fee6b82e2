import { unescapeSegment } from './names.ts';
import { keyUnit, left, nodeUnit, only, unknownKey } from './place-unit.ts';
import type { KeyPlace } from './unit.ts';

/**
 * A key below `/calico/v1/host`. Everything there proves that its host is a Node, a directory alone and a plain key in
 * place of the directory too: the original lists whatever is directly below.
 */
export function placeHost(key: string, path: readonly string[]): KeyPlace {
  const [host = '', ...rest] = path;
  if (host === '') return key.endsWith('/') ? left('transient') : unknownKey(key);
  const node = nodeUnit(host);
  if (key.endsWith('/')) return { ...left('transient'), node };
  if (rest.length === 0) {
    return {
      ...left(
        'unsupported',
        'is a key where a directory is expected: it makes a Node, its value is not carried over',
      ),
      node,
    };
  }
  return { ...placeInHost(key, host, rest), node };
}

function placeInHost(key: string, host: string, path: readonly string[]): KeyPlace {
  const [area, ...rest] = path;
  if (rest.length === 0 && (area === 'metadata' || area === 'orchestrator_refs'))
    return { unit: nodeUnit(host) };
  if (rest.length === 0 && area === 'bird_ip') return left('transient');
  if (area === 'config' && rest.length > 0) return placeConfig(host, rest.join('/'));
  if (area === 'endpoint') return placeHostEndpoint(key, host, only(rest));
  if (area === 'workload') return placeWorkload(key, host, rest);
  return unknownKey(key);
}

function placeConfig(host: string, name: string): KeyPlace {
  if (name === 'IpInIpTunnelAddr') return { unit: nodeUnit(host) };
  if (name === 'marker') return left('transient');
  return {
    unit: {
      kind: 'HostFelixConfig',
      id: `/calico/v1/host/${host}/config/`,
      name: `HostConfig(node=${host})`,
      parts: { host },
    },
  };
}

function placeHostEndpoint(key: string, host: string, segment: string | undefined): KeyPlace {
  if (segment === undefined) return unknownKey(key);
  const name = unescapeSegment(segment);
  return keyUnit('HostEndpoint', key, `HostEndpoint(node=${host}, name=${name})`, { host, name });
}

function placeWorkload(key: string, host: string, path: readonly string[]): KeyPlace {
  const [orchestrator = '', workload = '', word, name = ''] = path.map(unescapeSegment);
  if (path.length !== 4 || word !== 'endpoint' || orchestrator === '' || workload === '' || name === '') {
    return unknownKey(key);
  }
  if (orchestrator === 'openstack') return left('controller');
  const text = `WorkloadEndpoint(node=${host}, orchestrator=${orchestrator}, workload=${workload}, name=${name})`;
  return keyUnit('WorkloadEndpoint', key, text, { host, orchestrator, workload, name });
}
