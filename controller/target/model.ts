import type { CalicoInstall } from '../../jobs/lib/calico/calico-install.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import type { Wanted } from '../../jobs/lib/kubernetes/wanted.ts';
import type { UpgradeSpec } from '../api/spec.ts';

/** A document of a manifest, and where it is from, such as `ConfigMap calico-3.0, key calico.yaml, document 3`. */
export interface ManifestObject {
  readonly object: KubeObject;
  readonly source: string;
}

/** The documents of our own `manifests/rbac-*.yaml`. */
export interface ShippedRbac {
  /** rbac-etcd.yaml */
  readonly etcd: readonly KubeObject[];
  /** rbac-kdd.yaml */
  readonly kdd: readonly KubeObject[];
  /** rbac-canal.yaml */
  readonly canal: readonly KubeObject[];
  /** rbac-while-upgrading.yaml */
  readonly whileUpgrading: readonly KubeObject[];
}

/** What the target is made of: the cluster as it is, and what is asked for. */
export interface TargetInput {
  readonly install: Pick<CalicoInstall, 'datastore' | 'flavour'>;
  /** The DaemonSet calico-node or canal, as it was read. */
  readonly daemonSet: KubeObject | undefined;
  /** Deployments calico-kube-controllers and calico-policy-controller, and a ReplicaSet of the latter name, as they were read. */
  readonly controllers: readonly KubeObject[];
  /** calico-config or canal-config. */
  readonly configMap: KubeObject | undefined;
  readonly spec: UpgradeSpec;
  /** The release that ran when the upgrade began, such as `2.4.1`; that of the node with the lowest. */
  readonly from: string;
  /** The release to go to. */
  readonly target: string;
  /** The documents of `spec.manifests`. */
  readonly manifests: readonly ManifestObject[];
  readonly rbac: ShippedRbac;
}

/** The name of an object. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Undefined for an object of the cluster. */
  readonly namespace?: string;
}

/** What the cluster shall have. Nothing is deleted by applying it. */
export interface Target {
  /** To apply before the controllers and the nodes, in this order. */
  readonly objects: readonly Wanted[];
  /** With updateStrategy OnDelete. */
  readonly daemonSet: Wanted;
  /** The updateStrategy that the DaemonSet shall have when every node is new. */
  readonly finalStrategy: Readonly<Record<string, unknown>>;
  /** The one controller; undefined where there is none, or it is not to be changed. */
  readonly kubeControllers: Wanted | undefined;
  /** Old controllers to scale to 0 before `kubeControllers` is applied: Deployment or ReplicaSet. */
  readonly retired: readonly ObjectName[];
  /** When every node is new. */
  readonly afterwards: {
    /** The rights without those that only old nodes need. */
    readonly apply: readonly Wanted[];
    /** What is left behind; an object that does not exist is as good. */
    readonly remove: readonly ObjectName[];
  };
}

export type TargetResult = { readonly target: Target } | { readonly problems: readonly string[] };
