import type { CalicoInstall } from '../lib/calico/calico-install.ts';
import { isAtLeast } from '../lib/calico/calico-version.ts';
import { calicoReleases, versionSetting } from '../lib/calico/releases.ts';
import type { ServerVersion } from '../lib/kubernetes/discovery.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';
import { bad, type Check, good } from '../lib/run/checks.ts';
import { firstLines } from '../lib/run/table.ts';
import type { CheckName } from './check-names.ts';

type KddCheck = Check<CheckName>;

/** What the API server has. */
export function checkApi(version: ServerVersion, servesCrds: boolean): readonly KddCheck[] {
  const name = `Kubernetes ${version.gitVersion}`;
  const tooOld = version.major === 1 && version.minor < 7;
  const upgrade = 'Upgrade Kubernetes to 1.7 or later first';
  return [
    tooOld
      ? bad('kubernetes-version', `${name} is too old for Calico 2.5 and later. ${upgrade}`)
      : good('kubernetes-version', name),
    servesCrds
      ? good('customresourcedefinitions', 'CustomResourceDefinitions are served')
      : bad('customresourcedefinitions', `${name} does not serve CustomResourceDefinitions. ${upgrade}`),
  ];
}

/** How Calico is installed, and its GlobalFelixConfigs, of which CalicoVersion counts. */
export function checkCalico(install: CalicoInstall, configs: readonly KubeObject[]): readonly KddCheck[] {
  return [checkDatastore(install), checkVersion(install, configs)];
}

function checkDatastore({ datastore, flavour }: CalicoInstall): KddCheck {
  if (datastore === 'etcd') {
    return bad(
      'datastore',
      'Calico keeps its data in etcd (DATASTORE_TYPE of calico-node is not kubernetes). An etcd datastore is moved by etcd-v2-to-v3',
    );
  }
  const text =
    datastore === 'kubernetes'
      ? 'Kubernetes datastore'
      : 'datastore unknown: no DaemonSet calico-node or canal tells it';
  return good('datastore', flavour === 'canal' ? `${text}, Canal` : text);
}

const FIRST_SAFE = '2.6.5';
const LIST_AT_MOST = 10;

/**
 * Every node must run 2.6.5 or later, the step that Calico demands before 3.0 (components-upgrade reference, section 7).
 * Earlier nodes up to 2.6.3 take the BGPPeers of single nodes for peers of all. A version that nobody tells is a refusal,
 * too.
 */
function checkVersion(install: CalicoInstall, configs: readonly KubeObject[]): KddCheck {
  const isOld = (release: string | undefined) => release !== undefined && !isAtLeast(release, FIRST_SAFE);
  const old = install.images
    .filter(({ release }) => isOld(release))
    .map(({ where, image }) => `${where} has ${image}`);
  const setting = configs.map(versionSetting).find(isOld);
  if (setting !== undefined) old.push(`the setting CalicoVersion says v${setting}`);
  const { lowest } = calicoReleases(install, configs);
  if (old.length > 0) {
    const places = firstLines(old, LIST_AT_MOST, 'look at the pods').join('; ');
    return bad(
      'calico-version',
      `Calico before ${FIRST_SAFE} is still here: ${places}. Upgrade every node to the last release of 2.6 first`,
    );
  }
  if (lowest === undefined) {
    return bad(
      'calico-version',
      `Calico version unknown: no image tag and no setting CalicoVersion tells it. If every node runs ${FIRST_SAFE} or later, go on with --force calico-version`,
    );
  }
  return good('calico-version', `Calico ${lowest}`);
}

/** Whether it is sure that no calico-node of 2.x runs any more: every image tells 3.0 or later. */
export function isAllOn3(install: CalicoInstall): boolean {
  const nodes = install.images.filter(({ container }) => container === 'calico-node');
  const pods = nodes.filter(({ where }) => where.startsWith('Pod '));
  return (
    pods.length > 0 && nodes.every(({ release }) => release !== undefined && isAtLeast(release, '3.0.0'))
  );
}
