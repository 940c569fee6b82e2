import type { Outcome } from './recorded-outcome.ts';

/** A recording whose result is not ours, the rows of section 10 of the tpr-to-crd reference that say why, and how. */
export interface GoldenDifference extends Outcome {
  readonly rows: readonly number[];
  readonly what: string;
}

/** Every other recording equals our result. test/golden-differences.md shows the same list. */
export const GOLDEN_DIFFERENCES: Readonly<Record<string, GoldenDifference>> = {
  '007-full-mixed-cluster': {
    rows: [2, 16],
    what: 'the system policy is migrated; the IPv6 node peer is renamed, the short key does not stay',
    refused: [],
    differs: [
      'GlobalNetworkPolicy p: only ours',
      'Node node-1 peer.bgp.projectcalico.org/2001-db8--7: only recorded',
    ],
  },
  '023-pool-name-mismatch-duplicates': {
    rows: [3, 12],
    what: 'two pools that meet at one CIDR with other options are refused; no IpInIpEnabled is made',
    refused: ['IpPool kube-system/10-64-0-0-16', 'IpPool kube-system/10-99-0-0-16'],
    differs: ['GlobalFelixConfig ipinipenabled: only recorded', 'IPPool 10-64-0-0-16: only recorded'],
  },
  '025-pool-name-unparsable': {
    rows: [11],
    what: 'the pool whose name is no CIDR is refused, not skipped silently',
    refused: ['IpPool kube-system/default-pool: metadata.name'],
    differs: [],
  },
  '027-pool-value-malformed': {
    rows: [11],
    what: 'the pool whose value is no JSON is refused, not skipped silently',
    refused: ['IpPool kube-system/10-64-0-0-16: spec.value'],
    differs: [],
  },
  '029-pool-value-empty-or-missing': {
    rows: [11],
    what: 'the pools without a value are refused, not skipped silently',
    refused: [
      'IpPool kube-system/10-64-0-0-16: spec.value',
      'IpPool kube-system/10-65-0-0-16: spec.value',
      'IpPool kube-system/10-66-0-0-16: spec.value',
    ],
    differs: [],
  },
  '031-pool-value-null': {
    rows: [10],
    what: 'the pools without a CIDR are refused by name; the good pool is not held up',
    refused: [
      'IpPool kube-system/10-64-0-0-16: spec.value.cidr',
      'IpPool kube-system/10-65-0-0-16: spec.value.cidr',
    ],
    differs: ['IPPool 10-67-0-0-16: only ours'],
  },
  '033-pool-absent-ipip-mode': {
    rows: [3],
    what: 'no IpInIpEnabled is made',
    refused: [],
    differs: ['GlobalFelixConfig ipinipenabled: only recorded'],
  },
  '037-pool-other-tunnel-name': {
    rows: [3],
    what: 'no IpInIpEnabled is made',
    refused: [],
    differs: ['GlobalFelixConfig ipinipenabled: only recorded'],
  },
  '039-pool-mode-wrong-case': {
    rows: [10],
    what: 'both pools are refused by name, with all their problems at once',
    refused: [
      'IpPool kube-system/10-64-0-0-16: spec.value.ipip_mode',
      'IpPool kube-system/10-65-0-0-16: spec.value.ipip_mode',
    ],
    differs: [],
  },
  '041-pool-field-names-other-case': {
    rows: [3],
    what: 'no IpInIpEnabled is made',
    refused: [],
    differs: ['GlobalFelixConfig ipinipenabled: only recorded'],
  },
  '043-pool-host-bits-raw': {
    rows: [10],
    what: 'the pool with host bits is refused by name; the good pool is not held up',
    refused: ['IpPool kube-system/10-64-5-1-16: spec.value.cidr'],
    differs: ['IPPool 10-65-0-0-16: only ours'],
  },
  '045-pool-v6-ipip': {
    rows: [10],
    what: 'the IPv6 pool with IPIP is refused by name; the good pool is not held up',
    refused: ['IpPool kube-system/fd80-24e2---48: spec.value.cidr'],
    differs: ['IPPool 10-65-0-0-16: only ours'],
  },
  '049-pool-list-fails': {
    rows: [1],
    what: 'only the pool with a number for a value is refused; the official job lost all pools',
    refused: ['IpPool kube-system/10-64-0-0-16: spec.value'],
    differs: ['IPPool 10-65-0-0-16: only ours', 'IPPool 10-66-0-0-16: only ours'],
  },
  '059-peer-as-overflow': {
    rows: [1, 10],
    what: 'only the peer with the bad AS number is refused; the official job lost all peers',
    refused: ['GlobalBgpPeer kube-system/192-0-2-1: spec.asNumber'],
    differs: ['BGPPeer 192-0-2-2: only ours'],
  },
  '061-peer-as-missing': {
    rows: [13],
    what: 'peers without an AS number are refused, not given AS number 0',
    refused: [
      'GlobalBgpPeer kube-system/192-0-2-1: spec.asNumber',
      'GlobalBgpPeer kube-system/192-0-2-2: spec.asNumber',
    ],
    differs: ['BGPPeer 192-0-2-1: only recorded', 'BGPPeer 192-0-2-2: only recorded'],
  },
  '065-peer-node-scoped': {
    rows: [2],
    what: 'the IPv6 node peer is renamed, the short key does not stay',
    refused: [],
    differs: ['Node node-0 peer.bgp.projectcalico.org/2001-db8--7: only recorded'],
  },
  '067-peer-node-annotation-forms': {
    rows: [2, 11],
    what: 'the annotation with a number for as_num is refused, not skipped silently; IPv4 annotations are not rewritten',
    refused: ['Node node-0: metadata.annotations["peer.bgp.projectcalico.org/198-51-100-7"]'],
    differs: [
      'Node node-1 peer.bgp.projectcalico.org/198-51-100-8: ours "{\\"ip\\":\\"198.51.100.8\\"}", recorded "{\\"ip\\":\\"198.51.100.8\\",\\"as_num\\":\\"0\\"}"',
      'Node node-1 peer.bgp.projectcalico.org/198-51-100-9: ours "{\\"ip\\":\\"198.51.100.9\\",\\"as_num\\":\\"65009\\",\\"extra\\":1}", recorded "{\\"ip\\":\\"198.51.100.9\\",\\"as_num\\":\\"65009\\"}"',
    ],
  },
  '069-peer-node-annotation-malformed': {
    rows: [11],
    what: 'the annotation that is no JSON is refused, not skipped silently',
    refused: ['Node node-0: metadata.annotations["peer.bgp.projectcalico.org/198-51-100-7"]'],
    differs: [],
  },
  '071-peer-node-v6-run-twice': {
    rows: [2],
    what: 'the IPv6 node peer is renamed, the short key does not stay',
    refused: [],
    differs: ['Node node-0 peer.bgp.projectcalico.org/2001-db8--7: only recorded'],
  },
  '073-peer-extra-fields': {
    rows: [13],
    what: 'the peer with fields that would be lost is refused',
    refused: [
      'GlobalBgpPeer kube-system/192-0-2-1: spec.node',
      'GlobalBgpPeer kube-system/192-0-2-1: spec.peerIP',
      'GlobalBgpPeer kube-system/192-0-2-1: spec.scope',
    ],
    differs: ['BGPPeer 192-0-2-1: only recorded'],
  },
  '075-config-name-not-lowercased': {
    rows: [5],
    what: 'written as lowercase(spec.name); two settings that meet there with other values are refused',
    refused: ['GlobalConfig kube-system/logseverityscreen', 'GlobalConfig kube-system/my-log-level'],
    differs: [
      'GlobalFelixConfig interface-prefix: only recorded',
      'GlobalFelixConfig interfaceprefix: only ours',
      'GlobalFelixConfig logseverityscreen: only recorded',
      'GlobalFelixConfig my-log-level: only recorded',
    ],
  },
  '077-config-value-multiline': {
    rows: [8],
    what: 'the value is copied byte for byte',
    refused: [],
    differs: [
      'GlobalFelixConfig weird: spec.value ours "namespace: kube-system\\nuid: 7\\nkind: GlobalConfig\\nkeep me\\nresourceVersion: 5… (126 characters), recorded "kind: GlobalFelixConfig\\nkeep me\\nend"',
    ],
  },
  '079-config-value-kind-text': {
    rows: [8],
    what: 'the values are copied byte for byte',
    refused: [],
    differs: [
      'GlobalFelixConfig notea: spec.value ours "kind of GlobalConfig, apiVersion projectcalico.org/v1", recorded "kind of GlobalFelixConfig, apiVersion crd.projectcalico.org/v1"',
      'GlobalFelixConfig noted: spec.value ours "apiVersion=crd.projectcalico.org/v1 kind=GlobalFelixConfig", recorded "apiVersion=crd.crd.projectcalico.org/v1 kind=GlobalFelixConfig"',
    ],
  },
  '083-config-value-empty': {
    rows: [5, 11],
    what: 'objects without spec or spec.name have no name to be written under, and are refused',
    refused: ['GlobalConfig kube-system/noname: spec.name', 'GlobalConfig kube-system/nospec: spec'],
    differs: ['GlobalFelixConfig noname: only recorded', 'GlobalFelixConfig nospec: only recorded'],
  },
  '085-config-extra-spec-fields': {
    rows: [8],
    what: 'all fields of the spec are copied byte for byte',
    refused: [],
    differs: [
      'GlobalFelixConfig a: spec.apiVersion ours "projectcalico.org/v1", recorded "crd.projectcalico.org/v1"',
      'GlobalFelixConfig a: spec.kind ours "GlobalConfig", recorded "GlobalFelixConfig"',
      'GlobalFelixConfig a: spec.namespace ours "keep", recorded nothing',
      'GlobalFelixConfig a: spec.uidRange ours "1-9", recorded nothing',
    ],
  },
  '087-config-same-name-two-namespaces': {
    rows: [6],
    what: 'the objects of kube-system are copied, the others reported',
    refused: [],
    differs: [
      'GlobalBGPConfig asnumber: spec.value ours "64512", recorded "65000"',
      'GlobalFelixConfig logseverityscreen: spec.value ours "info", recorded "debug"',
    ],
  },
  '091-config-quoted-tail-lost': {
    rows: [8],
    what: 'written; the official job failed on its own text conversion',
    refused: [],
    differs: ['GlobalFelixConfig broken: only ours', 'GlobalFelixConfig logseverityscreen: only ours'],
  },
  '093-config-huge-value': {
    rows: [14],
    what: 'the large value is written',
    refused: [],
    differs: ['GlobalFelixConfig huge: only ours'],
  },
  '095-config-punctuated-names': {
    rows: [5],
    what: 'written as lowercase(spec.name), or refused where that is no valid object name',
    refused: ['GlobalConfig kube-system/nodex: spec.name'],
    differs: [
      'GlobalFelixConfig failsafe-inbound: only recorded',
      'GlobalFelixConfig failsafe.inbound: only ours',
      'GlobalFelixConfig nodex: only recorded',
    ],
  },
  '101-bgpconfig-broken-conversion': {
    rows: [8, 9],
    what: 'written; the official job failed on its own text conversion and deleted its CRD',
    refused: [],
    differs: ['GlobalBGPConfig asnumber: only ours', 'GlobalBGPConfig broken: only ours'],
  },
  '109-before-labelled-objects': {
    rows: [7],
    what: 'with --on-conflict overwrite: labels and annotations of existing objects stay, their spec is ours alone',
    refused: [],
    differs: [
      'GlobalFelixConfig logseverityscreen: spec.more ours nothing, recorded "kept?"',
      'IPPool 10-64-0-0-16: metadata.annotations ours {"c":"d"}, recorded nothing',
      'IPPool 10-64-0-0-16: metadata.labels ours {"a":"b"}, recorded nothing',
    ],
  },
  '115-rights-as-shipped-failure-path': {
    rows: [8, 9],
    what: 'written; the official job failed on its own text conversion',
    refused: [],
    differs: ['GlobalBGPConfig asnumber: only ours', 'GlobalBGPConfig broken: only ours'],
  },
  '117-rights-no-globalconfigs': {
    rows: [1],
    what: 'with the right to list them all objects are converted; without it the job stops',
    refused: [],
    differs: [
      'GlobalFelixConfig calicoversion: only ours',
      'GlobalFelixConfig clusterguid: only ours',
      'GlobalFelixConfig clustertype: only ours',
      'GlobalFelixConfig logseverityscreen: only ours',
      'GlobalFelixConfig reportingintervalsecs: only ours',
    ],
  },
};
