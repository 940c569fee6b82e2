import type { Detected } from '../lib/calico/upgrade/detected.ts';
import type { Step } from '../lib/calico/upgrade/steps.ts';
import { countOf, tableLines } from '../lib/run/table.ts';

const DATASTORES = {
  kubernetes: 'Kubernetes datastore',
  etcd: 'etcd datastore',
  unknown: 'datastore unknown',
} as const;

/** What runs now, a line each. */
export function detectedLines(detected: Detected): readonly string[] {
  const { kubernetes, install, releases, controllers, policies, thirdPartyResources } = detected;
  const { networkPolicies, annotatedNamespaces } = policies;
  const images = install.images.filter(({ container }) => container === 'calico-node');
  const pods = images.filter(({ where }) => where.startsWith('Pod ')).length;
  const flavour = install.flavour === 'canal' ? ', Canal' : '';
  return [
    `Kubernetes ${kubernetes.gitVersion}`,
    `${releaseText(detected)}, ${DATASTORES[install.datastore]}${flavour}, ${countOf(pods, 'pod')} of calico-node`,
    ...(releases.unknownImages.length > 0
      ? [`images whose release their tag does not tell: ${releases.unknownImages.join(', ')}`]
      : []),
    ...controllers.map(({ where, image }) => `${where}: ${image}`),
    `${countOf(networkPolicies, 'NetworkPolicy', 'NetworkPolicies')}, ${countOf(annotatedNamespaces, 'namespace')} with the annotation that isolates`,
    ...(thirdPartyResources.length > 0
      ? [`ThirdPartyResources of Calico: ${thirdPartyResources.join(', ')}`]
      : []),
  ];
}

function releaseText({ releases, saidRelease }: Detected): string {
  const { fromImages, fromConfig } = releases;
  if (saidRelease !== undefined) return `Calico ${saidRelease} (said with --from)`;
  if (fromImages.length > 0) return `Calico ${fromImages.join(' and ')}`;
  return fromConfig === undefined ? 'Calico of an unknown release' : `Calico ${fromConfig} (CalicoVersion)`;
}

/** The steps, as a table; the command of a job that does one is in its last column. */
export const stepLines = (steps: readonly Step[]): readonly string[] =>
  tableLines([
    ['step', 'needed', 'by', 'why'],
    ...steps.map(({ name, needed, job, reason }) => [name, needed ? 'yes' : 'no', job ?? '', reason]),
  ]);
