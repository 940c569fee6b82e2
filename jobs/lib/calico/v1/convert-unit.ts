import { convertBgpConfiguration } from './bgp-config.ts';
import { convertBgpPeer } from './bgp-peer.ts';
import { convertClusterInformation } from './cluster-information.ts';
import { convertGlobalFelixConfig, convertHostFelixConfig } from './felix-config.ts';
import { hiddenProfileNotes } from './hidden-profiles.ts';
import { convertHostEndpoint } from './host-endpoint.ts';
import { convertIpPool } from './ip-pool.ts';
import { convertBlockAffinity, convertIpamConfig, convertIpamHandle } from './ipam.ts';
import { convertIpamBlock } from './ipam-block.ts';
import { convertNode } from './node.ts';
import { convertPolicy } from './policy.ts';
import { convertProfile } from './profile.ts';
import type { Unit, UnitKind, UnitResult, UnitValues } from './unit.ts';
import { convertWorkloadEndpoint } from './workload-endpoint.ts';

type ConvertUnit = (unit: Unit, values: UnitValues) => UnitResult;

const CONVERSIONS: Readonly<Record<UnitKind, ConvertUnit>> = {
  GlobalFelixConfig: convertGlobalFelixConfig,
  ClusterInformation: convertClusterInformation,
  HostFelixConfig: convertHostFelixConfig,
  BGPConfiguration: convertBgpConfiguration,
  Node: convertNode,
  GlobalBGPPeer: convertBgpPeer,
  NodeBGPPeer: convertBgpPeer,
  HostEndpoint: withHiddenProfiles(convertHostEndpoint),
  IPPool: convertIpPool,
  Policy: convertPolicy,
  Profile: convertProfile,
  WorkloadEndpoint: withHiddenProfiles(convertWorkloadEndpoint),
  IPAMBlock: convertIpamBlock,
  BlockAffinity: convertBlockAffinity,
  IPAMHandle: convertIpamHandle,
  IPAMConfig: convertIpamConfig,
};

/** What becomes of a unit, by its values alone: the same values make the same result, whatever else is stored. */
export function convertUnit(unit: Unit, values: UnitValues): UnitResult {
  return CONVERSIONS[unit.kind](unit, values);
}

function withHiddenProfiles(convert: ConvertUnit): ConvertUnit {
  return (unit, values) => {
    const result = convert(unit, values);
    const hidden = hiddenProfileNotes(unit, values);
    return hidden.length === 0 ? result : { ...result, notes: [...result.notes, ...hidden] };
  };
}
