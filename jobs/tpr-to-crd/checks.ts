import type { CalicoInstall } from '../lib/calico/calico-install.ts';
import { isAtLeast } from '../lib/calico/calico-version.ts';
import { calicoReleases, versionSetting } from '../lib/calico/releases.ts';
import type { ServerVersion } from '../lib/kubernetes/discovery.ts';
import type { KubeObject } from '../lib/kubernetes/object.ts';
import { bad, type Check, good } from '../lib/run/checks.ts';

/** The names for `--force`. */
export const CHECKS = [
  'kubernetes-version',
  'customresourcedefinitions',
  'thirdpartyresources',
  'permissions',
  'datastore',
  'calico-version',
] as const;

export type CheckName = (typeof CHECKS)[number];

/** What the API server has (tpr-to-crd reference, section 5). */
export interface ApiFacts {
  readonly version: ServerVersion;
  readonly servesCrds: boolean;
  readonly servesTprs: boolean;
  readonly fromEtcd: boolean;
}

export function checkApi(facts: ApiFacts): readonly Check<CheckName>[] {
  const { version, servesCrds, servesTprs, fromEtcd } = facts;
  const name = `Kubernetes ${version.gitVersion}`;
  const tooOld = version.major === 1 && version.minor < 7;
  return [
    tooOld
      ? bad(
          'kubernetes-version',
          `${name} is too old: CustomResourceDefinitions came with 1.7. Upgrade Kubernetes to 1.7 first`,
        )
      : good('kubernetes-version', name),
    servesCrds
      ? good('customresourcedefinitions', 'CustomResourceDefinitions are served')
      : bad(
          'customresourcedefinitions',
          `${name} does not serve CustomResourceDefinitions. Upgrade Kubernetes to 1.7 first`,
        ),
    ...(fromEtcd ? [] : [checkTprs(name, servesTprs)]),
  ];
}

function checkTprs(name: string, served: boolean): Check<CheckName> {
  return served
    ? good('thirdpartyresources', 'ThirdPartyResources are served')
    : bad(
        'thirdpartyresources',
        `${name} does not serve ThirdPartyResources: they ended with 1.8, and their data is still in etcd. Read it there with --from-etcd, or go back to Kubernetes 1.7`,
      );
}

/** How Calico is installed, and its data: the setting CalicoVersion counts where no image tells a version. */
export function checkCalico(
  install: CalicoInstall,
  configs: readonly KubeObject[],
): readonly Check<CheckName>[] {
  return [checkDatastore(install), checkVersion(install, configs)];
}

function checkDatastore({ datastore, flavour }: CalicoInstall): Check<CheckName> {
  if (datastore === 'etcd') {
    return bad(
      'datastore',
      'Calico keeps its data in etcd (DATASTORE_TYPE of calico-node is not kubernetes), not in ThirdPartyResources. Nothing has to be copied for 2.5; an etcd datastore is migrated on the way to 3.0, by etcd-v2-to-v3',
    );
  }
  const text =
    datastore === 'kubernetes'
      ? 'Kubernetes datastore'
      : 'datastore unknown: no DaemonSet calico-node or canal tells it';
  return good('datastore', flavour === 'canal' ? `${text}, Canal` : text);
}

const LIST_AT_MOST = 10;
const FIRST_ON_CRDS = '2.5.0';

function checkVersion(install: CalicoInstall, configs: readonly KubeObject[]): Check<CheckName> {
  const tooNew = install.images.filter(
    ({ release }) => release !== undefined && isAtLeast(release, FIRST_ON_CRDS),
  );
  const { fromImages, unknownImages, lowest } = calicoReleases(install, configs);
  const settings = configs.map(versionSetting).filter(release => release !== undefined);
  const setting = settings.find(release => isAtLeast(release, FIRST_ON_CRDS));
  // The setting says what some node wrote last; it counts where the images do not tell everything.
  const bySetting = setting !== undefined && (fromImages.length === 0 || unknownImages.length > 0);
  if (tooNew.length > 0 || bySetting) {
    const places = tooNew.slice(0, LIST_AT_MOST).map(({ where, image }) => `${where} has ${image}`);
    const more = tooNew.length > LIST_AT_MOST ? ` and ${tooNew.length - LIST_AT_MOST} more` : '';
    const found = bySetting
      ? `the setting CalicoVersion says v${setting}, and not every image tells its version`
      : `${places.join('; ')}${more}`;
    return bad(
      'calico-version',
      `Calico 2.5 or later is already here: ${found}. It works on the CRDs, which this copy could set back. Put the old version back first, or compare by hand and use --force calico-version`,
    );
  }
  return good(
    'calico-version',
    lowest
      ? `Calico ${lowest}`
      : 'Calico version unknown: no image tag and no setting CalicoVersion tells it',
  );
}
