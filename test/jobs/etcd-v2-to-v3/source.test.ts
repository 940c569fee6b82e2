import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { readAnew, readSource, takeEvents } from '../../../jobs/etcd-v2-to-v3/source.ts';
import { claimOf, type State } from '../../../jobs/etcd-v2-to-v3/state.ts';
import { connectEtcdV2, type EtcdV2 } from '../../../jobs/lib/etcd/v2.ts';
import { createLog } from '../../../jobs/lib/run/log.ts';
import { type Etcd, startEtcd } from '../../cluster/etcd.ts';
import { type V1Store, v1Store } from './v1-store.ts';

const identity = { id: 'test', creationTimestamp: '2018-01-10T10:00:00Z' };
const log = createLog({ format: 'text', level: 'error' }, { write: () => undefined });
const { signal } = new AbortController();

const endpoint = (name: string) => JSON.stringify({ state: 'active', name, ipv4_nets: ['10.1.0.1/32'] });

/** Keys that meet each other in every way: shared hosts, names that clash, units of several keys. */
const KEYS: readonly (readonly [string, string])[] = [
  ['/calico/v1/config/IpInIpMtu', '1400'],
  ['/calico/v1/config/ClusterGUID', 'abc'],
  ['/calico/v1/config/HealthPort', 'no number'],
  ['/calico/v1/host/n1/metadata', '{}'],
  ['/calico/v1/host/n1/config/IpInIpTunnelAddr', '10.1.0.1'],
  ['/calico/v1/host/n1/config/IpInIpMtu', '1300'],
  ['/calico/v1/host/N1/config/IpInIpMtu', '1200'],
  ['/calico/v1/host/n1/endpoint/eth0', '{"name":"eth0"}'],
  ['/calico/v1/host/n1/workload/k8s/shop.a/endpoint/eth0', endpoint('cali1')],
  ['/calico/v1/host/n1/workload/k8s/shop.b/endpoint/eth0', endpoint('cali2')],
  ['/calico/v1/host/n2/workload/libnetwork/w1/endpoint/ep', endpoint('cali3')],
  ['/calico/v1/host/n2/workload/libnetwork/w2/endpoint/ep', endpoint('cali4')],
  ['/calico/bgp/v1/host/n1/ip_addr_v4', '10.0.0.1'],
  ['/calico/bgp/v1/host/n1/network_v4', '10.0.0.0/24'],
  ['/calico/bgp/v1/global/node_mesh', '{"enabled":false}'],
  ['/calico/bgp/v1/global/peer_v4/10.0.0.9', '{"ip":"10.0.0.9","as_num":"64512"}'],
  ['/calico/v1/policy/profile/p/tags', '["a"]'],
  ['/calico/v1/policy/profile/p/labels', '{"b":"c"}'],
  ['/calico/v1/policy/tier/default/policy/x', '{"selector":"all()"}'],
  ['/calico/v1/policy/tier/default/policy/y', 'no JSON'],
  ['/calico/ipam/v2/handle/h1', '{"block":{"10.1.0.0/26":1}}'],
  ['/calico/ipam/v2/host/n1/ipv4/block/10.1.0.0-26', '{}'],
  ['/calico/ipam/v2/host/N1/ipv4/block/10.1.0.0-26', '{}'],
  ['/calico/felix/v1/host/n1/status', '{}'],
  ['/calico/dhcp/v1/subnet/1', 'x'],
];

const DIRECTORIES = [
  '/calico/v1/host/n1',
  '/calico/v1/host/N1',
  '/calico/v1/host/n2',
  '/calico/v1/host',
  '/calico/v1/host/n1/workload/k8s',
  '/calico/bgp/v1/host/n1',
  '/calico/ipam/v2/host/n1',
  '/calico/v1/policy',
];

type Step = (store: V1Store) => Promise<void>;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(...KEYS).map(
      ([key, value]) =>
        (store: V1Store) =>
          store.put(key, value),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(...KEYS).map(
      ([key]) =>
        (store: V1Store) =>
          store.remove(key),
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom(...DIRECTORIES).map(key => (store: V1Store) => store.remove(key)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...DIRECTORIES).map(key => async (store: V1Store) => {
      // A directory cannot be made where it is: that is no failure here.
      await store.makeDirectory(key).catch(() => undefined);
    }),
  },
);

/** What the rest of the program relies on. */
const visible = (state: State) => ({
  wanted: [...state.wanted.keys()].sort().map(key => [key, state.wanted.get(key)?.toString()] as const),
  owners: new Map([...state.owners].sort()),
  shared: new Map([...state.shared].sort()),
  problems: new Map([...state.problems].sort()),
  outcomes: new Map([...state.outcomes].map(([id, outcome]) => [id, claimOf(outcome)] as const).sort()),
  keys: [...state.indexes.keys()].sort(),
});

describe('the state of a migration', () => {
  let etcd: Etcd;
  let store: V1Store;
  let v2: EtcdV2;

  before(async () => {
    etcd = await startEtcd();
    store = v1Store(etcd.endpoint);
    v2 = connectEtcdV2({ endpoints: [etcd.endpoint], requestTimeoutMs: 5_000 });
  });
  after(async () => {
    v2[Symbol.dispose]();
    await etcd.stop();
  });

  const read = () => readSource(v2, identity, log, signal);

  it('that follows events is the one that a new read gives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.array(step, { maxLength: 12 }),
        async (first, then) => {
          await store.remove('/calico');
          await store.put('/calico/v1/Ready', 'true');
          for (const change of first) await change(store);
          using events = v2.eventLog('/calico', await v2.index('/calico'), signal);
          const state = await read();
          for (const change of then) await change(store);
          const mark = await v2.compareAndSwap('/calico/v1/Ready', 'true', 'true');
          assert.ok('index' in mark);
          takeEvents(state, await events.until(mark.index, 5_000), identity);
          // Whose object was given free is not known any more: the run ends there (follow.ts).
          fc.pre(state.heirs.size === 0);
          assert.deepEqual(visible(state), visible(await read()));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('that is read anew is the one that a new read gives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 12 }),
        fc.array(step, { maxLength: 12 }),
        async (first, then) => {
          await store.remove('/calico');
          for (const change of first) await change(store);
          const state = await read();
          for (const change of then) await change(store);
          await readAnew(v2, state, identity, signal);
          fc.pre(state.heirs.size === 0);
          assert.deepEqual(visible(state), visible(await read()));
        },
      ),
      { numRuns: 150 },
    );
  });
});
