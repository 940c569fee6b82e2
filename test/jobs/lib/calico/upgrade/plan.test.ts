import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { calicoInstall } from '../../../../../jobs/lib/calico/calico-install.ts';
import { isAtLeast } from '../../../../../jobs/lib/calico/calico-version.ts';
import { calicoReleases } from '../../../../../jobs/lib/calico/releases.ts';
import type { Detected } from '../../../../../jobs/lib/calico/upgrade/detected.ts';
import { planUpgrade } from '../../../../../jobs/lib/calico/upgrade/plan.ts';
import type { Step, StepName } from '../../../../../jobs/lib/calico/upgrade/steps.ts';
import { calicoDaemonSet } from '../../../calico-install.ts';

interface Cluster {
  readonly datastore?: 'kubernetes' | 'etcd';
  /** Tags of calico/node: of the DaemonSet, and of its pods where they have another. */
  readonly node?: string;
  readonly pods?: readonly string[];
  readonly cni?: string;
  readonly controller?: string;
  readonly networkPolicies?: number;
  readonly tprs?: readonly string[];
  readonly servesTprs?: boolean;
  readonly servesCrds?: boolean;
  readonly said?: string;
}

const TPRS = ['global-config.projectcalico.org', 'ip-pool.projectcalico.org'];

const nodeImage = (tag: string) => `quay.io/calico/node:${tag}`;

/** A hosted install, as `detectCluster` finds it. */
function detected(cluster: Cluster): Detected {
  const { datastore = 'kubernetes', node = 'v2.4.1', pods = [node], cni = 'v1.11.2', controller } = cluster;
  const env = datastore === 'etcd' ? { DATASTORE_TYPE: undefined, ETCD_ENDPOINTS: 'http://127.0.0.1:1' } : {};
  const [, daemonSet] = calicoDaemonSet({ image: nodeImage(node), env });
  const install = calicoInstall({
    daemonSet,
    pods: pods.map((tag, i) => ({
      metadata: { name: `calico-node-${i}` },
      spec: {
        containers: [
          { name: 'calico-node', image: nodeImage(tag) },
          { name: 'install-cni', image: `quay.io/calico/cni:${cni}` },
        ],
      },
    })),
  });
  const { servesTprs = true, servesCrds = true, tprs = TPRS, networkPolicies = 1, said } = cluster;
  return {
    kubernetes: { gitVersion: 'v1.7.5', servesTprs, servesCrds },
    install,
    controllers: controller ? [{ where: 'Deployment controller', image: controller }] : [],
    releases: calicoReleases(install, []),
    saidRelease: said,
    policies: { networkPolicies, annotatedNamespaces: 0 },
    thirdPartyResources: datastore === 'etcd' ? [] : tprs,
  };
}

function steps(cluster: Cluster, target: string): ReadonlyMap<StepName, Step> {
  const plan = planUpgrade(detected(cluster), target);
  assert.ok('steps' in plan, JSON.stringify(plan));
  return new Map(plan.steps.map(step => [step.name, step]));
}

function problems(cluster: Cluster, target: string): string {
  const plan = planUpgrade(detected(cluster), target);
  assert.ok('problems' in plan, JSON.stringify(plan));
  return plan.problems.join('. ');
}

/** The commands of the jobs that an upgrade needs, in their order. */
const jobsOf = (cluster: Cluster, target: string): readonly string[] =>
  [...steps(cluster, target).values()].flatMap(({ needed, job }) => (needed && job ? [job] : []));

const OLD_CONTROLLER = 'quay.io/calico/kube-policy-controller:v0.6.0';

describe('the plan of an upgrade', () => {
  const ways: readonly (readonly [string, Cluster, string, readonly string[]])[] = [
    [
      '2.2 to 2.6, Kubernetes datastore',
      { node: 'v1.2.1' },
      '2.6.12',
      ['backup', 'policy-converter', 'tpr-to-crd', 'tpr-cleaner'],
    ],
    ['2.4 to 2.5, Kubernetes datastore', {}, '2.5.1', ['backup', 'tpr-to-crd', 'tpr-cleaner']],
    ['2.4 to 2.4.1, Kubernetes datastore', { node: 'v2.4.0' }, '2.4.1', ['backup']],
    ['2.5 to 2.6, Kubernetes datastore', { node: 'v2.5.1', tprs: [] }, '2.6.12', ['backup']],
    ['2.6 to 3.0, Kubernetes datastore', { node: 'v2.6.5', tprs: [] }, '3.0.1', ['backup', 'kdd-v1-to-v3']],
    [
      '2.3 to 2.6, etcd',
      { datastore: 'etcd', node: 'v1.3.0', controller: OLD_CONTROLLER },
      '2.6.12',
      ['policy-converter'],
    ],
    [
      '2.6 to 3.0, etcd',
      { datastore: 'etcd', node: 'v2.6.12', controller: 'quay.io/calico/kube-controllers:v1.0.5' },
      '3.0.1',
      ['etcd-v2-to-v3 start', 'etcd-v2-to-v3 complete', 'etcd-cleaner v1'],
    ],
    [
      'on Kubernetes 1.8, where the old data is in etcd alone',
      { servesTprs: false, tprs: [] },
      '2.6.12',
      ['backup', 'tpr-to-crd --from-etcd'],
    ],
  ];
  for (const [way, cluster, target, jobs] of ways) {
    it(`has the jobs of ${way}`, () => assert.deepEqual(jobsOf(cluster, target), jobs));
  }

  it('gives a reason for what is not needed, too', () => {
    const plan = steps({ node: 'v2.5.1', tprs: [] }, '2.6.12');
    assert.equal(plan.get('policy-conversion')?.reason, 'Calico 2.5.1 already follows v1 semantics');
    assert.match(plan.get('kube-controllers')?.reason ?? '', /^only an etcd datastore has them/);
    assert.equal(plan.get('complete')?.reason, 'nothing is paused');
  });

  it('needs no conversion where there is no policy, and says that it is too late in the middle', () => {
    const none = steps({ node: 'v1.2.1', networkPolicies: 0 }, '2.4.1').get('policy-conversion');
    assert.equal(none?.needed, false);
    assert.match(none?.reason ?? '', /^Calico 2\.2\.1 reads the annotation .*, but there is none/);
    const late = steps({ node: 'v2.4.1', pods: ['v2.4.1', 'v1.2.1'] }, '2.4.1').get('policy-conversion');
    assert.match(late?.reason ?? '', /^it is too late for it: v1 semantics act on a part of the cluster/);
  });

  it('does not move data under nodes that work on the new one already', () => {
    const data = steps({ node: 'v2.5.1', pods: ['v2.5.1', 'v2.4.1'] }, '2.5.1').get('data-migration');
    assert.equal(data?.needed, false);
    assert.equal(data?.reason, 'nodes with Calico 2.5.1 work on the CustomResourceDefinitions already');
  });

  it('lets the old policy controller go first', () => {
    const cluster: Cluster = { datastore: 'etcd', node: 'v2.5.1', controller: OLD_CONTROLLER };
    assert.match(
      steps(cluster, '2.6.12').get('kube-controllers')?.reason ?? '',
      /becomes calico-kube-controllers in 2\.6: the old one is scaled to 0 first/,
    );
  });

  it('counts the pods that are left to replace; none where all have the target', () => {
    const some = steps({ node: 'v2.6.12', pods: ['v2.6.12', 'v2.6.5'], tprs: [] }, '2.6.12');
    assert.match(some.get('node-rollout')?.reason ?? '', /^1 of 2 pods/);
    assert.equal(steps({ node: 'v2.6.12', tprs: [] }, '2.6.12').get('node-rollout')?.needed, false);
  });

  const refused: readonly (readonly [string, Cluster, string, RegExp])[] = [
    [
      'the way to 3.0 from before 2.6.5',
      { node: 'v2.6.4' },
      '3.0.1',
      /needs 2\.6\.5 or later on every node first, and 2\.6\.4 runs\. Supported: 2\.6\.12, then 3\.0\.1$/,
    ],
    [
      'one old node among new ones',
      { node: 'v2.6.12', pods: ['v2.6.12', 'v2.5.1'] },
      '3.0.1',
      /and 2\.5\.1 runs/,
    ],
    [
      'a target after 3.0',
      { node: 'v2.4.1' },
      '3.1.0',
      /Supported: 2\.6\.12, then 3\.0\.12, then 3\.1\.0 by Calico's own upgrade/,
    ],
    ['going back', { node: 'v2.6.12' }, '2.5.1', /Calico 2\.6\.12 runs already, which is later than 2\.5\.1/],
    [
      'a release that nothing tells',
      { node: 'latest' },
      '2.6.12',
      /calico\/node:latest\).*Say it with --from, in a CalicoUpgrade with spec\.fromVersion$/,
    ],
    ['Kubernetes without CRDs', { servesCrds: false }, '2.5.1', /Upgrade Kubernetes to 1\.7 first$/],
    [
      'a CNI plugin that does not wait, on the way to 3.0 on etcd',
      { datastore: 'etcd', node: 'v2.6.12', cni: 'v1.11.0' },
      '3.0.1',
      /^the CNI plugin is older than 1\.11\.2, .*: Pod calico-node-0 has quay\.io\/calico\/cni:v1\.11\.0\./,
    ],
  ];
  for (const [what, cluster, target, sentence] of refused) {
    it(`refuses ${what}, with what to do`, () => assert.match(problems(cluster, target), sentence));
  }

  it('takes the word of a person for a release that nothing tells', () => {
    assert.ok(steps({ node: 'latest', said: '2.4.1' }, '2.6.12').get('data-migration')?.needed);
  });

  const RELEASES = ['2.2.0', '2.3.0', '2.4.1', '2.5.1', '2.6.4', '2.6.5', '2.6.12', '3.0.1', '3.0.12'];
  const tagOf = (release: string) => (isAtLeast(release, '2.4.0') ? `v${release}` : `v1.${release.slice(2)}`);

  it('either has a reason for each step, or says why there is no way', () => {
    const release = fc.constantFrom(...RELEASES);
    const datastore = fc.constantFrom('kubernetes' as const, 'etcd' as const);
    fc.assert(
      fc.property(
        release,
        fc.array(release, { maxLength: 3 }),
        release,
        datastore,
        (node, others, target, store) => {
          const pods = [node, ...others];
          const plan = planUpgrade(
            detected({ datastore: store, node: tagOf(node), pods: pods.map(tagOf) }),
            target,
          );
          const lowest = RELEASES.find(one => pods.includes(one)) ?? '';
          const isBack = pods.some(one => !isAtLeast(target, one));
          const hasStop = isAtLeast(target, '3.0.0') && !isAtLeast(lowest, '2.6.5');
          assert.equal('problems' in plan, isBack || hasStop);
          if ('problems' in plan) return assert.ok(plan.problems.every(problem => problem.length > 0));
          for (const { name, reason } of plan.steps) assert.ok(reason.length > 0, name);
        },
      ),
    );
  });
});
