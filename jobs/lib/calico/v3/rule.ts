import type { Port } from './ports.ts';
import type { Protocol } from './protocol.ts';

/** A rule of a policy or profile of v3, its fields in the order in which Go writes them. */
export type Rule = {
  /** Allow, Deny, Log or Pass. */
  readonly action: string;
  readonly ipVersion?: number;
  readonly protocol?: Protocol;
  readonly icmp?: IcmpFields;
  readonly notProtocol?: Protocol;
  readonly notICMP?: IcmpFields;
  readonly source: EntityRule;
  readonly destination: EntityRule;
};

export type IcmpFields = {
  readonly type?: number;
  readonly code?: number;
};

/** What a rule says of one side of a connection. */
export type EntityRule = {
  /** Canonical CIDR texts, host bits cleared. */
  readonly nets?: readonly string[];
  readonly selector?: string;
  readonly ports?: readonly Port[];
  readonly notNets?: readonly string[];
  readonly notSelector?: string;
  readonly notPorts?: readonly Port[];
};
