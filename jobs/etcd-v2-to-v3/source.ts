import { placeKey } from '../lib/calico/v1/place.ts';
import type { EtcdV2, V2Event, V2Node } from '../lib/etcd/v2.ts';
import type { Log } from '../lib/run/log.ts';
import { type Identity, settle, touchedUnits, wantClusterInformation } from './convert.ts';
import { dropDirectories, dropKey, emptyState, type State, type Touched, takeKey } from './state.ts';

/** Where Calico 2.6 keeps what is carried over, or what has to be reported (etcd v1 model reference). */
const ROOTS = ['/calico/v1', '/calico/bgp', '/calico/ipam', '/calico/dhcp', '/calico/openstack'] as const;

/** Reads and converts the whole v1 data. Writes nothing; every problem is in the state. */
export async function readSource(
  v2: EtcdV2,
  identity: Identity,
  log: Log,
  signal: AbortSignal,
): Promise<State> {
  const state = emptyState();
  const dirty = new Set<string>();
  wantClusterInformation(state, dirty);
  let keys = 0;
  for (const root of ROOTS) {
    for await (const batch of v2.readTree(root)) {
      signal.throwIfAborted();
      keys += batch.length;
      takeAll(state, dirty, batch, identity);
    }
  }
  for (const touched of touchedUnits(state, dirty)) settle(state, touched, identity);
  log.info(`${keys} keys of etcd v2 read and converted to ${state.wanted.size} of etcd v3`);
  return state;
}

function takeAll(state: State, dirty: Set<string>, nodes: readonly V2Node[], identity: Identity): void {
  for (const node of nodes) {
    const touched = takeKey(state, dirty, node);
    if (touched) settle(state, touched, identity);
  }
}

/** Brings a state up to date. Returns the v3 keys that may be wanted otherwise than before. */
export function takeEvents(
  state: State,
  events: readonly V2Event[],
  identity: Identity,
): ReadonlySet<string> {
  const changed = new Set<string>();
  const dirty = new Set<string>();
  const deleted = new Map<string, number>();
  const convert = (touched: Touched | undefined): void => {
    for (const key of touched ? settle(state, touched, identity) : []) changed.add(key);
  };
  for (const event of events) {
    const { key, directory, modifiedIndex } = event;
    // An event that is older than what was read already says nothing new.
    if ((state.indexes.get(key) ?? 0) >= modifiedIndex) continue;
    if (event.action === 'set') {
      if (directory) deleted.delete(key);
      convert(takeKey(state, dirty, asNode(event)));
    } else if (directory) deleted.set(key, modifiedIndex);
    else convert(dropKey(state, dirty, key));
  }
  if (deleted.size > 0) dropDirectories(state, dirty, deleted).forEach(convert);
  touchedUnits(state, dirty).forEach(convert);
  return changed;
}

/**
 * Brings a state up to date with a second full read, where events were lost. Returns the v3 keys that may be wanted
 * otherwise than before.
 */
export async function readAnew(
  v2: EtcdV2,
  state: State,
  identity: Identity,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const events: V2Event[] = [];
  const missing = new Set(state.indexes.keys());
  const hosts = new Set(
    [...state.kept.values()].flatMap(({ unit }) => (unit.kind === 'Node' ? unit.id : [])),
  );
  for (const root of ROOTS) {
    for await (const batch of v2.readTree(root)) {
      signal.throwIfAborted();
      for (const node of batch) {
        missing.delete(node.key);
        hosts.delete(placeKey(node.key).node?.id ?? '');
        if (state.indexes.get(node.key) !== node.modifiedIndex) events.push(asEvent(node));
      }
    }
  }
  const gone = [...missing].map(key => deletion(key, false));
  const goneHosts = [...hosts].map(id => deletion(id.slice(0, -1), true));
  return takeEvents(state, [...events, ...gone, ...goneHosts], identity);
}

const asNode = ({ key, directory, value = '', modifiedIndex }: V2Event): V2Node => ({
  key: directory ? `${key}/` : key,
  value,
  modifiedIndex,
});

function asEvent({ key, value, modifiedIndex }: V2Node): V2Event {
  const directory = key.endsWith('/');
  return { action: 'set', key: directory ? key.slice(0, -1) : key, directory, value, modifiedIndex };
}

/** Of something that a later read did not find. */
const deletion = (key: string, directory: boolean): V2Event => ({
  action: 'delete',
  key,
  directory,
  modifiedIndex: Number.MAX_SAFE_INTEGER,
});
