import { convertTprs } from '../../jobs/lib/calico/convert.ts';
import { TPR_KINDS, type TprKind } from '../../jobs/lib/calico/tpr-kinds.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import type { SeedObject } from '../cluster/seed.ts';

interface Content {
  readonly name: string;
  readonly spec: unknown;
}

/** The n-th object of each kind, as calicoctl 1.4 writes them. */
const CONTENTS: Readonly<Record<string, (n: number) => Content>> = {
  GlobalConfig: n => ({ name: `setting${n}`, spec: { name: `Setting${n}`, value: `value ${n}` } }),
  GlobalBgpConfig: n => ({ name: `option${n}`, spec: { name: `Option${n}`, value: String(64_512 + n) } }),
  IpPool: n => {
    const network = `${10 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}.0`;
    const pool = { cidr: `${network}/24`, ipip: 'tunl0', ipip_mode: 'always', masquerade: true, ipam: true };
    return {
      name: `${network.replaceAll('.', '-')}-24`,
      spec: { value: JSON.stringify({ ...pool, disabled: false }) },
    };
  },
  GlobalBgpPeer: n => ({
    name: `172-${16 + (n >> 16)}-${(n >> 8) & 255}-${n & 255}`,
    spec: { asNumber: 64_512 + n },
  }),
  SystemNetworkPolicy: n => ({
    name: `policy-${n}`,
    spec: {
      order: n,
      selector: `role == 'server-${n}'`,
      ingress: [
        { action: 'allow', protocol: 'tcp', destination: { ports: [443, 8443] } },
        { action: 'allow', source: { net: '10.0.0.0/8' } },
      ],
      egress: [{ action: 'allow' }],
    },
  }),
};

/** `count` valid objects, spread evenly over the five kinds. */
export function benchTprs(count: number): readonly SeedObject[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = TPR_KINDS[index % TPR_KINDS.length];
    if (!kind) throw new RangeError('no kinds');
    return { plural: kind.tpr.plural, object: tprOf(kind, Math.floor(index / TPR_KINDS.length)) };
  });
}

function tprOf(kind: TprKind, n: number): KubeObject {
  const content = CONTENTS[kind.tpr.kind]?.(n);
  if (!content) throw new RangeError(kind.tpr.kind);
  return {
    apiVersion: `${kind.tpr.group}/${kind.tpr.version}`,
    kind: kind.tpr.kind,
    metadata: { name: content.name, namespace: 'kube-system' },
    spec: content.spec,
  };
}

/** The objects by name of the ThirdPartyResource, as the job reads them. */
export function instancesOf(objects: readonly SeedObject[]): ReadonlyMap<string, readonly KubeObject[]> {
  return new Map(
    TPR_KINDS.map(({ tprName, tpr }) => [
      tprName,
      objects.filter(({ plural }) => plural === tpr.plural).map(({ object }) => object),
    ]),
  );
}

/** What the job makes of them: the CRD objects, in the job's order. */
export function copiesOf(objects: readonly SeedObject[]): readonly KubeObject[] {
  const { objects: converted, problems } = convertTprs(instancesOf(objects), { targetVersion: '2.6.12' });
  if (problems.length > 0) throw new Error('an object of the benchmark cannot be converted');
  return converted.map(({ object }) => object);
}
