import type { CalicoInstall } from '../calico-install.ts';
import type { ControllerImage } from '../networkpolicy/running-semantics.ts';
import type { CalicoReleases } from '../releases.ts';

/** What an upgrade plan is made from: the cluster as it is now. */
export interface Detected {
  readonly kubernetes: {
    readonly gitVersion: string;
    readonly servesTprs: boolean;
    readonly servesCrds: boolean;
  };
  readonly install: CalicoInstall;
  /** Images of the policy controller or kube-controllers, which only an etcd datastore has. */
  readonly controllers: readonly ControllerImage[];
  readonly releases: CalicoReleases;
  /** The release to start from, where somebody says it because nothing tells it. */
  readonly saidRelease?: string | undefined;
  /** How many NetworkPolicies there are, and namespaces with the annotation that isolates them. */
  readonly policies: { readonly networkPolicies: number; readonly annotatedNamespaces: number };
  /** Names of Calico's ThirdPartyResources that are defined. */
  readonly thirdPartyResources: readonly string[];
}

/** A release, and its neighbours in the same cluster in the middle of an upgrade. */
export interface From {
  readonly lowest: string;
  readonly highest: string;
}

/** The releases that the cluster runs; undefined where neither an image nor a setting nor a person tells. */
export function fromOf({ releases, saidRelease }: Detected): From | undefined {
  const lowest = saidRelease ?? releases.lowest;
  if (lowest === undefined) return undefined;
  return { lowest, highest: releases.fromImages.at(-1) ?? lowest };
}
