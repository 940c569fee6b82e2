/** A recording whose result is not ours, the rows of the list of the original's defects that say why, and how. */
export interface GoldenDifference {
  readonly rows: readonly number[];
  readonly what: string;
  readonly differs: readonly string[];
}

const XDP = 'spec.XDPRefreshInterval ours nothing, recorded null';
const NODE_NAME = 'secondary.node ours "node-a", recorded "Node_A"';
const ROOT = 'v3 /calico/resources/v3/projectcalico.org';
const BLOCKS = 'v3 /calico/ipam/v2/assignment/ipv4/block';

const withoutXdp = (...names: readonly string[]): GoldenDifference => ({
  rows: [19],
  what: 'no null for XDPRefreshInterval',
  differs: names.map(name => `${ROOT}/felixconfigurations/${name}: ${XDP}`),
});

/** Every other recording equals our result. test/golden-differences.md shows the same list. */
export const GOLDEN_DIFFERENCES: Readonly<Record<string, GoldenDifference>> = {
  '035-felix-global-mark-mask-hex': {
    rows: [13],
    what: 'the hexadecimal mask is read',
    differs: [
      'conversionerrors GlobalFelixConfig(name=IptablesMarkMask): only recorded',
      `${ROOT}/clusterinformations/default: only ours`,
      `${ROOT}/felixconfigurations/default: only ours`,
    ],
  },
  '037-felix-global-unhandled-kinds': {
    rows: [14],
    what: 'the settings that v3 does not have are noted, not errors',
    differs: [
      'conversionerrors GlobalFelixConfig(name=KubeNodePortRanges): only recorded',
      'conversionerrors GlobalFelixConfig(name=NATPortRange): only recorded',
      'conversionerrors GlobalFelixConfig(name=ExternalNodesCIDRList): only recorded',
      `${ROOT}/clusterinformations/default: only ours`,
    ],
  },
  '038-felix-global-bool-forms': withoutXdp('default'),
  '041-felix-global-duration-inf': withoutXdp('default'),
  '044-felix-global-failsafe-forms': {
    rows: [19],
    what: 'no null for XDPRefreshInterval, nor for the empty failsafe list',
    differs: [
      `${ROOT}/felixconfigurations/default: ${XDP}`,
      `${ROOT}/felixconfigurations/default: spec.failsafeOutboundHostPorts ours nothing, recorded null`,
    ],
  },
  '047-felix-global-empty-strings': withoutXdp('default'),
  '051-felix-node-basic': withoutXdp('node.node1', 'node.node2'),
  '053-felix-node-names-normalised': withoutXdp('node.node-a.example.com'),
  '059-bgp-config-mesh-garbage': {
    rows: [17],
    what: 'node_mesh that is no object is refused, not read as a mesh that is off',
    differs: [
      'conversionerrors GlobalBGPConfig(name=NodeMeshEnabled): only ours',
      `${ROOT}/bgpconfigurations/default: only recorded`,
    ],
  },
  '061-bgp-config-mesh-empty-value': {
    rows: [17],
    what: 'node_mesh that is no JSON is refused, not read as a mesh that is off',
    differs: [
      'conversionerrors GlobalBGPConfig(name=NodeMeshEnabled): only ours',
      `${ROOT}/bgpconfigurations/default: only recorded`,
    ],
  },
  '063-bgp-config-as-bad': {
    rows: [17],
    what: 'the AS number that is none is refused by its name; the original stopped without one',
    differs: ['conversionerrors GlobalBGPConfig(name=AsNumber): only ours'],
  },
  '084-node-tunnel-addr': withoutXdp('node.node1'),
  '090-node-bad-network': {
    rows: [17],
    what: 'the network that is none is refused, not left out',
    differs: [
      'conversionerrors Node(name=node1): only ours',
      'convertednames Node(name=node1) -> Node(node1): only recorded',
      `${ROOT}/nodes/node1: only recorded`,
    ],
  },
  '104-bgppeer-as-forms': {
    rows: [1],
    what: 'AS numbers that are not decimal in quotes are refused, not skipped silently',
    differs: [
      'conversionerrors BGPPeer(global, ip=10.0.0.2): only ours',
      'conversionerrors BGPPeer(global, ip=10.0.0.3): only ours',
    ],
  },
  '106-bgppeer-bad-json': {
    rows: [1],
    what: 'the peer that is no JSON is refused, not skipped silently',
    differs: ['conversionerrors BGPPeer(global, ip=10.0.0.1): only ours'],
  },
  '110-bgppeer-bad-key-ip': {
    rows: [1],
    what: 'the peer whose key is no address is refused, not skipped silently',
    differs: ['conversionerrors BGPPeer(global, ip=10.0.0.x): only ours'],
  },
  '124-hep-bad-ip': {
    rows: [1],
    what: 'the endpoint with a bad address is refused, not skipped silently',
    differs: ['conversionerrors HostEndpoint(node=n1, name=e1): only ours'],
  },
  '150-wep-net-null-element': {
    rows: [2],
    what: 'the endpoint with null in a list is refused; the original crashed',
    differs: [
      'conversionerrors WorkloadEndpoint(node=node1, orchestrator=k8s, workload=default.pod1, name=eth0): only ours',
    ],
  },
  '155-wep-bad-mac': {
    rows: [1],
    what: 'the endpoint with a bad MAC address is refused, not skipped silently',
    differs: [
      'conversionerrors WorkloadEndpoint(node=node1, orchestrator=k8s, workload=default.pod1, name=eth0): only ours',
    ],
  },
  '157-wep-bad-json': {
    rows: [1],
    what: 'the endpoint that is no JSON is refused, not skipped silently',
    differs: [
      'conversionerrors WorkloadEndpoint(node=node1, orchestrator=k8s, workload=default.pod1, name=eth0): only ours',
    ],
  },
  '165-ippool-v6-leading-colons': {
    rows: [16],
    what: 'the pool that begins with :: is converted, its name written out',
    differs: [
      'validationerrors IPPool(cidr=::/64): only recorded',
      'convertednames IPPool(cidr=::/64) -> IPPool(0000-0000-0000-0000-0000-0000-0000-0000-64): only ours',
      `${ROOT}/clusterinformations/default: only ours`,
      `${ROOT}/ippools/0000-0000-0000-0000-0000-0000-0000-0000-64: only ours`,
    ],
  },
  '175-ippool-bad-key': {
    rows: [1],
    what: 'the pool whose key is no network is refused, not skipped silently',
    differs: ['conversionerrors IPPool(cidr=10.8.0.0/99): only ours'],
  },
  '177-policy-every-rule-field': {
    rows: [10],
    what: 'a negated selector and a negated tag exclude either',
    differs: [
      `${ROOT}/globalnetworkpolicies/default.full: spec.ingress[0].destination.notSelector ours "(has(g)) || tag4 == ''", recorded "(has(g)) && tag4 == ''"`,
      `${ROOT}/globalnetworkpolicies/default.full: spec.ingress[0].source.notSelector ours "(e != 'f') || tag3 == ''", recorded "(e != 'f') && tag3 == ''"`,
    ],
  },
  '202-policy-nets-bad': {
    rows: [1],
    what: 'the policy with a bad network is refused, not skipped silently',
    differs: ['conversionerrors Policy(name=p): only ours'],
  },
  '207-policy-selector-namespace': {
    rows: [11],
    what: 'the namespace label is renamed as a label only, not in a quoted value',
    differs: [
      `${ROOT}/globalnetworkpolicies/default.p: spec.selector ours "projectcalico.org/namespace == 'default' && x == 'calico/k8s_ns'", recorded "projectcalico.org/namespace == 'default' && x == 'projectcalico.org/namespace'"`,
    ],
  },
  '220-policy-order-string': {
    rows: [1],
    what: 'the policy whose order is a text is refused, not skipped silently',
    differs: ['conversionerrors Policy(name=a): only ours'],
  },
  '237-profile-tag-duplicate': {
    rows: [16],
    what: 'the repeated tag is accepted',
    differs: [
      'conversionerrors Profile(name=p1): only recorded',
      'convertednames Profile(name=p1) -> Profile(p1): only ours',
      `${ROOT}/clusterinformations/default: only ours`,
      `${ROOT}/profiles/p1: only ours`,
    ],
  },
  '244-profile-bad-json-part': {
    rows: [1],
    what: 'the profile whose rules are no JSON is refused, not converted without rules',
    differs: [
      'conversionerrors Profile(name=p1): only ours',
      'convertednames Profile(name=p1) -> Profile(p1): only recorded',
      `${ROOT}/profiles/p1: only recorded`,
    ],
  },
  '248-ipam-block-host-affinity': {
    rows: [9],
    what: 'the node in the attributes of the block has its v3 name',
    differs: [`${BLOCKS}/192.168.1.0-26: attributes[0].${NODE_NAME}`],
  },
  '250-ipam-block-null-affinity': {
    rows: [9],
    what: 'the node in the attributes of the block has its v3 name',
    differs: [`${BLOCKS}/192.168.1.0-26: attributes[0].${NODE_NAME}`],
  },
  '252-ipam-block-empty-host': {
    rows: [9],
    what: 'the node in the attributes of the block has its v3 name',
    differs: [`${BLOCKS}/192.168.1.0-26: attributes[0].${NODE_NAME}`],
  },
  '256-ipam-block-bad-json': {
    rows: [1],
    what: 'the block that is no JSON is refused, not skipped silently',
    differs: ['conversionerrors IPAMBlock(cidr=192.168.1.0/26): only ours'],
  },
  '258-ipam-affinity-bad-cidr-key': {
    rows: [3],
    what: 'the affinity whose key is no network is refused beforehand; the original crashed in its start',
    differs: ['conversionerrors BlockAffinity(cidr=garbage, host=n1): only ours'],
  },
  '260-ipam-affinity-merge': {
    rows: [21],
    what: 'affinities that meet at one key are a name clash; the first one has it',
    differs: [
      'nameclashes BlockAffinity(cidr=10.0.0.0/26, host=n1) and BlockAffinity(cidr=10.0.0.0/26, host=N1) -> /calico/ipam/v2/host/n1/ipv4/block/10.0.0.0-26: only ours',
      'v3 /calico/ipam/v2/host/n1/ipv4/block/10.0.0.0-26: state ours "pending", recorded "confirmed"',
    ],
  },
  '264-ipam-host-node-empty': {
    rows: [3],
    what: 'the host name that normalises to nothing is refused beforehand; the original failed in its start',
    differs: ['conversionerrors BlockAffinity(cidr=10.0.0.0/26, host=---): only ours'],
  },
  '265-ipam-block-cidr-mismatch': {
    rows: [9],
    what: 'the node in the attributes of the block has its v3 name',
    differs: [`${BLOCKS}/192.168.1.0-26: attributes[0].${NODE_NAME}`],
  },
  '272-kitchen-sink': {
    rows: [9, 12, 19],
    what: "nodes in attributes have v3 names, the action has v3's spelling, no null for XDPRefreshInterval",
    differs: [
      `${BLOCKS}/192.168.0.0-26: attributes[0].${NODE_NAME}`,
      `${BLOCKS}/192.168.0.64-26: attributes[0].${NODE_NAME}`,
      `${ROOT}/felixconfigurations/default: ${XDP}`,
      `${ROOT}/felixconfigurations/node.rack1-host1: ${XDP}`,
      `${ROOT}/felixconfigurations/node.rack1-host1: spec.defaultEndpointToHostAction ours "Accept", recorded "ACCEPT"`,
    ],
  },
};
