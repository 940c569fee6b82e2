import type { Problem } from '../problem.ts';

/** What is converted as one. */
export type UnitKind =
  | 'GlobalFelixConfig'
  | 'ClusterInformation'
  | 'HostFelixConfig'
  | 'BGPConfiguration'
  | 'Node'
  | 'GlobalBGPPeer'
  | 'NodeBGPPeer'
  | 'HostEndpoint'
  | 'IPPool'
  | 'Policy'
  | 'Profile'
  | 'WorkloadEndpoint'
  | 'IPAMBlock'
  | 'BlockAffinity'
  | 'IPAMHandle'
  | 'IPAMConfig';

/** The keys of etcd v2 that make one v3 object, or none: one key for most kinds, several for a Node or a Profile. */
export interface Unit {
  readonly kind: UnitKind;
  /** Unique among all units: the key itself where a unit has one key. */
  readonly id: string;
  /** The object as calico-upgrade's reports name it, for example `Policy(name=x)`. */
  readonly name: string;
  /** The parts of the key, unescaped: host, orchestrator, workload, name and the like, as far as the kind has them. */
  readonly parts: Readonly<Record<string, string>>;
}

/** Why a key is not carried over. */
export type LeftOut =
  /** A controller of the new version makes it again: `knp.default.`, `k8s_ns.`, `openstack-sg-`, OpenStack endpoints. */
  | 'controller'
  /** State of the old version that means nothing to the new one: Ready, status, markers. */
  | 'transient'
  /** Something that Calico 3.0 does not have: the operator has to know. */
  | 'unsupported';

/** What a key of etcd v2 is for. A key that ends in `/` is a directory. */
export interface KeyPlace {
  /** The unit that the key's value is a part of. */
  readonly unit?: Unit;
  /** The Node whose existence the key proves: every directory below `/calico/v1/host` is one. */
  readonly node?: Unit;
  /** Set where `unit` is not. */
  readonly leftOut?: LeftOut;
  /** One sentence without a full stop, for `unsupported`: what is lost, and what to do instead. */
  readonly note?: string;
}

/** A key of etcd v3 as it is to be written. */
export interface V3Entry {
  readonly key: string;
  /**
   * A Calico resource in storage form, whose metadata has neither uid nor creationTimestamp yet; or, for IPAM, the
   * exact text to store.
   */
  readonly value: V3Resource | string;
}

export interface V3Resource {
  readonly kind: string;
  readonly apiVersion: 'projectcalico.org/v3';
  readonly metadata: V3Metadata;
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface V3Metadata {
  /** As stored: policies with the prefix `default.`. */
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A problem of a unit; `object` is the unit's name, `key` the key of etcd v2 at fault. */
export interface UnitProblem extends Problem {
  readonly key: string;
  /** Which of calico-upgrade's reports names it. */
  readonly report: 'conversionerrors' | 'validationerrors';
}

/** Something that the operator has to know and that stops nothing. */
export interface UnitNote {
  readonly object: string;
  readonly key: string;
  /** One sentence without a full stop. */
  readonly reason: string;
}

/** What became of a unit. Where there is a problem, `entry` is not there. */
export interface UnitResult {
  readonly entry?: V3Entry;
  /** `Kind(name)` or `Kind(namespace/name)`, as the reports name it; only of kinds that the reports have. */
  readonly v3Name?: string;
  readonly problems: readonly UnitProblem[];
  readonly notes: readonly UnitNote[];
}

/**
 * The values of a unit by key of etcd v2. A Node whose directory alone is there has the one key
 * `/calico/v1/host/<host>/` with an empty value.
 */
export type UnitValues = ReadonlyMap<string, string>;
