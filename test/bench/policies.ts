import { compareViews } from '../../jobs/lib/calico/networkpolicy/comparison.ts';
import { readPod } from '../../jobs/lib/calico/networkpolicy/read-cluster.ts';
import { connect } from '../../jobs/lib/kubernetes/client.ts';
import { create } from '../../jobs/lib/kubernetes/write.ts';
import { makePlan } from '../../jobs/policy-converter/plan.ts';
import { policiesAfter } from '../../jobs/policy-converter/proof.ts';
import { clusterOf, viewsOf } from '../../jobs/policy-converter/view.ts';
import { startCluster } from '../cluster/cluster.ts';
import { calicoDaemonSet } from '../jobs/calico-install.ts';
import type { World } from '../jobs/lib/calico/networkpolicy/brute-force.ts';
import {
  DENY,
  namespaceOf,
  POLICIES,
  podOf,
  policyOf,
  seedWorld,
} from '../jobs/policy-converter/seed-world.ts';
import { imageNodeFlags } from './image-node.ts';
import { type Measured, runMeasured } from './measured-process.ts';

/**
 * How pods and policies are spread: over namespaces, four of five of them isolated, with pods that are replicas of each
 * other; or all in one isolated namespace, where no two pods have the same labels, which is the most work.
 */
export const SPREADS = ['usual', 'one namespace, every pod another'] as const;

type Spread = (typeof SPREADS)[number];

/** A cluster to be converted, with `pods` pods and `policies` policies. */
export function benchWorld(pods: number, policies: number, spread: Spread): World {
  const alike = spread === 'usual';
  const count = alike ? 50 : 1;
  const names = Array.from({ length: count }, (_, index) => `team-${index}`);
  const nameAt = (index: number): string => names[index % count] ?? '';
  return {
    namespaces: names.map((name, index) =>
      namespaceOf(name, index % 5 === 4 ? undefined : DENY, { team: String(index % 7) }),
    ),
    pods: Array.from({ length: pods }, (_, index) => {
      const app = `app-${alike ? Math.floor(index / count) % 10 : index}`;
      const labels = { app, tier: `tier-${index % 3}`, release: `release-${index % 11}` };
      const port = { containerPort: 8000 + (index % 40), name: 'main' };
      return podOf(nameAt(index), `pod-${index}`, labels, [port]);
    }),
    policies: Array.from({ length: policies }, (_, index) =>
      policyOf(nameAt(index), `policy-${index}`, benchSpec(index, alike)),
    ),
  };
}

function benchSpec(index: number, alike: boolean) {
  const app = `app-${alike ? index % 10 : index * 3}`;
  const matchExpressions = [{ key: 'release', operator: 'NotIn', values: [`release-${index % 11}`] }];
  return {
    podSelector: index % 2 === 0 ? { matchLabels: { app } } : { matchExpressions },
    ingress: [
      {
        from: [
          { podSelector: { matchLabels: { tier: `tier-${index % 3}` } } },
          {
            podSelector: {
              matchExpressions: [{ key: 'app', operator: 'In', values: [app, `app-${index}`] }],
            },
          },
          { namespaceSelector: { matchLabels: { team: String(index % 7) } } },
        ],
        ports: [{ port: 8000 + (index % 60) }, { port: 'main' }],
      },
    ],
  };
}

/** Milliseconds of a plan and its proof, without any I/O. */
export function proofMs(pods: number, policies: number, spread: Spread): number {
  const world = benchWorld(pods, policies, spread);
  const snapshot = { ...world, pods: world.pods.map(readPod).filter(pod => pod !== undefined) };
  const start = performance.now();
  const plan = makePlan(snapshot, { datastore: 'kubernetes', resource: POLICIES });
  const [before, after] = viewsOf([
    ['annotation', snapshot.policies],
    ['v1', policiesAfter(snapshot.policies, plan)],
  ]);
  const { differing } = compareViews(clusterOf(snapshot, 'kubernetes'), before, after);
  if (differing !== 0) throw new Error(`${differing} verdicts differ`);
  return performance.now() - start;
}

/** A whole run of `policy-converter`, as the image runs it, on a cluster of this size. Fails unless it converts. */
export async function convertMeasured(main: string, pods: number, policies: number): Promise<Measured> {
  await using cluster = await startCluster({ name: 'bench-policies' });
  const admin = connect({ kubeconfig: cluster.kubeconfig });
  try {
    await create(admin, ...calicoDaemonSet({ image: 'quay.io/calico/node:v1.2.1' }));
    await seedWorld(admin, benchWorld(pods, policies, 'usual'));
  } finally {
    await admin.close();
  }
  const env = { NODE_ENV: 'production', KUBECONFIG: cluster.kubeconfig };
  const args = [...imageNodeFlags(), main, 'policy-converter'];
  const measured = await runMeasured(process.execPath, args, env);
  if (measured.exitCode !== 0 || !/ pairs of pods on /.test(measured.stdout)) {
    throw new Error(`policy-converter did not convert:\n${measured.stdout}\n${measured.stderr}`);
  }
  return measured;
}
