import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placeKey } from '../../../../../jobs/lib/calico/v1/place.ts';

/** `unit kind and name`, or why the key is left out; and whether it proves a Node. */
function placed(key: string): string {
  const { unit, node, leftOut, note } = placeKey(key);
  assert.equal(unit === undefined, leftOut !== undefined, 'a key is in a unit or left out');
  assert.equal(note !== undefined, leftOut === 'unsupported', 'what is unsupported has a note');
  const what = unit ? `${unit.kind} ${unit.name}` : String(leftOut);
  return node ? `${what}, proves ${node.name}` : what;
}

describe('placeKey', () => {
  const places: readonly (readonly [key: string, place: string])[] = [
    ['/calico/v1/Ready', 'transient'],
    ['/calico/v1/config/CalicoVersion', 'ClusterInformation ClusterInformation(name=default)'],
    ['/calico/v1/config/LogSeverityScreen', 'GlobalFelixConfig GlobalFelixConfig'],
    ['/calico/v1/host/N_1/', 'transient, proves Node(name=N_1)'],
    ['/calico/v1/host/N_1/config/', 'transient, proves Node(name=N_1)'],
    ['/calico/v1/host/leaf', 'unsupported, proves Node(name=leaf)'],
    ['/calico/v1/host/N%2f1/metadata', 'Node Node(name=N%2f1), proves Node(name=N%2f1)'],
    ['/calico/v1/host/n/orchestrator_refs', 'Node Node(name=n), proves Node(name=n)'],
    ['/calico/v1/host/n/bird_ip', 'transient, proves Node(name=n)'],
    ['/calico/v1/host/n/config/IpInIpTunnelAddr', 'Node Node(name=n), proves Node(name=n)'],
    ['/calico/v1/host/n/config/marker', 'transient, proves Node(name=n)'],
    ['/calico/v1/host/n/config/LogPrefix', 'HostFelixConfig HostConfig(node=n), proves Node(name=n)'],
    ['/calico/v1/host/n/endpoint/a%2fb', 'HostEndpoint HostEndpoint(node=n, name=a/b), proves Node(name=n)'],
    [
      '/calico/v1/host/n/workload/o%25/w%2fx/endpoint/e',
      'WorkloadEndpoint WorkloadEndpoint(node=n, orchestrator=o%, workload=w/x, name=e), proves Node(name=n)',
    ],
    ['/calico/v1/host/n/workload/openstack/w/endpoint/e', 'controller, proves Node(name=n)'],
    ['/calico/v1/host/n/workload/k8s/w', 'unsupported, proves Node(name=n)'],
    ['/calico/v1/host/n/other', 'unsupported, proves Node(name=n)'],
    ['/calico/v1/host', 'unsupported'],
    ['/calico/v1/host/', 'transient'],
    ['/calico/v1/policy/tier/default/policy/a%2fb', 'Policy Policy(name=a/b)'],
    ['/calico/v1/policy/tier/default/policy/knp.default.ns.np', 'controller'],
    ['/calico/v1/policy/tier/default/policy/knp.other', 'Policy Policy(name=knp.other)'],
    ['/calico/v1/policy/tier/default/metadata', 'transient'],
    ['/calico/v1/policy/tier/other/policy/p', 'unsupported'],
    ['/calico/v1/policy/profile/p%2f1/tags', 'Profile Profile(name=p/1)'],
    ['/calico/v1/policy/profile/p/other', 'unsupported'],
    ['/calico/v1/policy/profile/k8s_ns.x/rules', 'controller'],
    ['/calico/v1/policy/profile/openstack-sg-1/rules', 'controller'],
    ['/calico/v1/ipam/v4/pool/10.64.0.0-16', 'IPPool IPPool(cidr=10.64.0.0/16)'],
    ['/calico/v1/ipam/v6/pool/FD00::-48', 'IPPool IPPool(cidr=fd00::/48)'],
    ['/calico/v1/ipam/v4/pool/', 'transient'],
    ['/calico/v1/ipam/v4/other/10.64.0.0-16', 'unsupported'],
    ['/calico/bgp/v1/global/as_num', 'BGPConfiguration GlobalBGPConfig'],
    ['/calico/bgp/v1/global/peer_v6/FD00::1', 'GlobalBGPPeer BGPPeer(global, ip=fd00::1)'],
    ['/calico/bgp/v1/global/custom_filters/v4/f', 'unsupported'],
    ['/calico/bgp/v1/global/rr_v4/10.0.0.1', 'unsupported'],
    ['/calico/bgp/v1/rr_v6/fd00::1', 'unsupported'],
    ['/calico/bgp/v1/host/N/ip_addr_v4', 'Node Node(name=N)'],
    ['/calico/bgp/v1/host/N/loglevel', 'unsupported'],
    ['/calico/bgp/v1/host/N/peer_v4/10.0.0.1', 'NodeBGPPeer BGPPeer(node=N, ip=10.0.0.1)'],
    ['/calico/bgp/v1/host/N/other', 'unsupported'],
    ['/calico/ipam/v2/config', 'IPAMConfig IPAMConfig'],
    ['/calico/ipam/v2/assignment/ipv4/block/10.0.0.0-26', 'IPAMBlock IPAMBlock(cidr=10.0.0.0/26)'],
    [
      '/calico/ipam/v2/host/N/ipv4/block/10.0.0.0-26',
      'BlockAffinity BlockAffinity(cidr=10.0.0.0/26, host=N)',
    ],
    ['/calico/ipam/v2/host/N/ipv4/block/', 'transient'],
    ['/calico/ipam/v2/handle/a%25 b', 'IPAMHandle IPAMHandle(id=a%25 b)'],
    ['/calico/ipam/v2/handle/a/b', 'unsupported'],
    ['/calico/felix/v1/host/n/status', 'transient'],
    ['/calico/dhcp/v1/subnet/x', 'unsupported'],
    ['/calico/openstack/x', 'unsupported'],
    ['/calico/x', 'unsupported'],
    ['/docker/network/v1.0/x', 'unsupported'],
  ];
  for (const [key, place] of places) {
    it(`${key}: ${place}`, () => assert.equal(placed(key), place));
  }

  it('gives the keys of one unit one id', () => {
    const ids = ['metadata', 'config/IpInIpTunnelAddr'].map(
      key => placeKey(`/calico/v1/host/n/${key}`).unit?.id,
    );
    assert.deepEqual(
      [...ids, placeKey('/calico/bgp/v1/host/n/as_num').unit?.id],
      Array(3).fill('/calico/v1/host/n/'),
    );
  });
});
