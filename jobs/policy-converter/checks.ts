import type { CalicoInstall } from '../lib/calico/calico-install.ts';
import type { RunningSemantics } from '../lib/calico/networkpolicy/running-semantics.ts';
import { bad, good, type Check as RunCheck } from '../lib/run/checks.ts';

/** The names for `--force`. */
export const CHECKS = ['networkpolicies', 'permissions', 'datastore', 'calico-version'] as const;

export type CheckName = (typeof CHECKS)[number];

export type Check = RunCheck<CheckName>;

/** Whether there is an API of NetworkPolicies; `apiVersion` is the one that is used. */
export function checkApi(apiVersion: string | undefined): Check {
  return apiVersion
    ? good('networkpolicies', `NetworkPolicies are served (${apiVersion})`)
    : bad(
        'networkpolicies',
        'the API server serves no NetworkPolicies, neither networking.k8s.io/v1 nor extensions/v1beta1: there is nothing to convert',
      );
}

export function checkDatastore({ datastore }: Pick<CalicoInstall, 'datastore'>): Check {
  if (datastore === 'unknown') {
    return bad(
      'datastore',
      'it cannot be told where Calico keeps its data: neither DATASTORE_TYPE of a DaemonSet calico-node or canal in kube-system nor its ConfigMap says it. Annotations are then read as both datastores do, and refused where these differ',
    );
  }
  return good('datastore', datastore === 'etcd' ? 'etcd datastore' : 'Kubernetes datastore');
}

/** Deleting and creating change nothing only as long as every part of Calico reads the annotation. */
export function checkVersion({ semantics, text }: RunningSemantics, reverting: boolean): Check {
  if (semantics === 'annotation')
    return good(
      'calico-version',
      `${text}, which reads the annotation of namespaces: v1 semantics are ahead`,
    );
  const effect = reverting
    ? 'Where v1 semantics act, policies that are brought back close what is open, and without default-deny a namespace is open'
    : 'Where v1 semantics act, a default-deny closes what is open now, and deleting policies opens what they close';
  const found = {
    v1: `${text}: v1 semantics act already`,
    mixed: `v1 semantics act on a part of the cluster: ${text}`,
    unknown: `it cannot be told which semantics act: ${text}`,
  }[semantics];
  const advice =
    semantics === 'unknown'
      ? 'Find the versions of Calico that run, and if all are older than v1 semantics'
      : 'Put the old version back first, or make sure that this is what you want';
  return bad('calico-version', `${found}. ${effect}. ${advice}, use --force calico-version`);
}
