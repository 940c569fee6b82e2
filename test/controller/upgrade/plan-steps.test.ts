import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { planSteps, rollbackSteps } from '../../../controller/upgrade/plan-steps.ts';
import type { StepStatus } from '../../../jobs/lib/calico/upgrade/status.ts';
import { hostedEtcd } from '../hosted/etcd.ts';
import type { HostedInstall } from '../hosted/install.ts';
import { hostedCanal, hostedKdd } from '../hosted/kdd.ts';
import { hostedKubeadm } from '../hosted/kubeadm.ts';
import { specOf } from '../target/target-input.ts';
import { detectedOf, type Found } from './detected.ts';

const TPRS = ['global-config.projectcalico.org', 'ip-pool.projectcalico.org'];

function stepsOf(
  install: HostedInstall,
  target: string,
  found: Found = {},
  spec: object = {},
): readonly StepStatus[] {
  const planned = planSteps(detectedOf(install, found), specOf(target, spec));
  assert.ok('steps' in planned, JSON.stringify(planned));
  return planned.steps;
}

function problemsOf(install: HostedInstall, target: string, spec: object = {}): readonly string[] {
  const planned = planSteps(detectedOf(install), specOf(target, spec));
  return 'problems' in planned ? planned.problems : [];
}

/** Names of the steps to do, those that are a job with its command. */
const toDo = (steps: readonly StepStatus[]): readonly string[] =>
  steps.flatMap(({ name, state, job }) =>
    state === 'Pending' ? [job === undefined || job === name ? name : `${name}: ${job}`] : [],
  );

const reasonOf = (steps: readonly StepStatus[], name: string): string | undefined =>
  steps.find(step => step.name === name && step.state === 'NotNeeded')?.reason;

const ROLL = ['manifests', 'node-rollout', 'verify'];
const CONTROLLED = ['manifests', 'kube-controllers', 'node-rollout', 'verify'];
const OLD = { networkPolicies: 1, thirdPartyResources: TPRS };
const OF_TPRS = ['data-migration: tpr-to-crd', ...ROLL, 'clean-up: tpr-cleaner'];
const OF_ETCD_3 = [
  'data-migration: etcd-v2-to-v3 start',
  ...CONTROLLED,
  'complete: etcd-v2-to-v3 complete',
  'clean-up: etcd-cleaner v1',
];

const WAYS: readonly (readonly [string, HostedInstall, string, Found, readonly string[]])[] = [
  [
    'Kubernetes datastore 2.2',
    hostedKdd('2.2.1'),
    '2.6.12',
    OLD,
    ['backup', 'policy-conversion: policy-converter', ...OF_TPRS],
  ],
  ['Kubernetes datastore 2.4', hostedKdd('2.4.1'), '2.6.12', OLD, ['backup', ...OF_TPRS]],
  ['Kubernetes datastore 2.4 without data', hostedKdd('2.4.1'), '2.5.1', {}, ['backup', ...ROLL]],
  ['Kubernetes datastore 2.5', hostedKdd('2.5.1'), '2.6.12', {}, ['backup', ...ROLL]],
  [
    'Kubernetes datastore 2.6',
    hostedKdd('2.6.12'),
    '3.0.12',
    {},
    ['backup', 'data-migration: kdd-v1-to-v3', ...ROLL],
  ],
  ['Canal of Kubernetes 1.6', hostedCanal('1.6'), '2.6.12', OLD, ['backup', ...OF_TPRS]],
  ['Canal of Kubernetes 1.7', hostedCanal('1.7'), '2.6.12', {}, ['backup', ...ROLL]],
  ['etcd 2.3', hostedEtcd('2.3.0'), '2.6.12', OLD, ['policy-conversion: policy-converter', ...CONTROLLED]],
  ['etcd 2.5', hostedEtcd('2.5.1'), '2.6.12', { networkPolicies: 1 }, CONTROLLED],
  ['etcd 2.6', hostedEtcd('2.6.12'), '3.0.12', {}, OF_ETCD_3],
  ['kubeadm 2.6', hostedKubeadm('2.6.8'), '3.0.12', {}, OF_ETCD_3],
];

describe('the steps of an upgrade', () => {
  for (const [name, install, target, found, wanted] of WAYS)
    it(`of ${name} to ${target}`, () => {
      assert.deepEqual(toDo(stepsOf(install, target, found)), wanted);
    });

  it('are always the same, in the same order, each with a reason', () => {
    const ways = fc.constantFrom(...WAYS);
    const specs = fc.record({
      addOns: fc.array(fc.constant({ configMap: 'a' }), { maxLength: 2 }),
      backup: fc.constantFrom('configmap', 'none'),
    });
    const names = stepsOf(hostedKdd('2.5.1'), '2.6.12').map(({ name }) => name);
    fc.assert(
      fc.property(ways, specs, ([, install, target, found], spec) => {
        const steps = stepsOf(install, target, found, spec);
        assert.deepEqual(
          steps.map(({ name }) => name),
          names,
        );
        assert.ok(steps.every(({ reason }) => reason.length > 10));
      }),
    );
  });

  it('say why one of them is not needed', () => {
    const kubernetes = stepsOf(hostedKdd('2.5.1'), '2.6.12', {}, { backup: 'none' });
    const etcd = stepsOf(hostedEtcd('2.5.1'), '2.6.12');
    const reasons = (steps: readonly StepStatus[]) =>
      Object.fromEntries(
        steps.flatMap(({ name, state, reason }) => (state === 'NotNeeded' ? [[name, reason]] : [])),
      );
    assert.deepEqual(reasons(kubernetes), {
      backup: 'spec.backup is none',
      'policy-conversion': 'Calico 2.5.1 already follows v1 semantics',
      'data-migration': 'Calico 2.6.12 reads the same objects as 2.5.1',
      'kube-controllers': 'only an etcd datastore has them: here Felix reads NetworkPolicies itself',
      complete: 'nothing is paused',
      'add-ons': 'spec.addOns names none',
      'clean-up': 'no old data is left behind',
    });
    assert.deepEqual(reasons(etcd), {
      backup: 'the jobs leave what is in etcd as it is; save a snapshot of etcd as you always do',
      'policy-conversion': reasonOf(etcd, 'policy-conversion'),
      'data-migration': 'Calico 2.6.12 reads the same keys of etcd as 2.5.1',
      complete: 'nothing is paused',
      'add-ons': 'spec.addOns names none',
      'clean-up': 'no old data is left behind',
    });
    assert.match(reasonOf(etcd, 'policy-conversion') ?? '', /already follows v1 semantics$/);
  });

  it('have the add-ons after everything that is checked, and before the old data goes', () => {
    const steps = stepsOf(hostedKdd('2.4.1'), '2.6.12', OLD, { addOns: [{ configMap: 'monitoring' }] });
    assert.deepEqual(toDo(steps).slice(-3), ['verify', 'add-ons', 'clean-up: tpr-cleaner']);
  });

  it('read the old data from etcd where the API server shows it no more', () => {
    const steps = stepsOf(hostedKdd('2.4.1'), '2.6.12', { servesTprs: false });
    assert.ok(toDo(steps).includes('data-migration: tpr-to-crd --from-etcd'));
  });

  it('compare templates also where every pod has the image of the target already', () => {
    assert.ok(toDo(stepsOf(hostedKdd('2.6.12'), '2.6.12')).includes('node-rollout'));
  });
});

describe('the components of a spec', () => {
  const etcd = hostedEtcd('2.3.0');

  it('kubeControllers alone: converts the policies, and leaves the nodes as they are', () => {
    const steps = stepsOf(etcd, '2.6.12', OLD, { components: ['kubeControllers'] });
    assert.deepEqual(toDo(steps), [
      'policy-conversion: policy-converter',
      'manifests',
      'kube-controllers',
      'verify',
    ]);
    assert.equal(reasonOf(steps, 'node-rollout'), 'spec.components is kubeControllers, without node or cni');
  });

  it('node and cni: leave the controllers and, on etcd, the policies as they are', () => {
    const steps = stepsOf(etcd, '2.6.12', OLD, { components: ['node', 'cni'] });
    assert.deepEqual(toDo(steps), ROLL);
    assert.equal(
      reasonOf(steps, 'policy-conversion'),
      'spec.components is node, cni, without kubeControllers',
    );
  });

  it('cni alone: moves no data of calico-node', () => {
    const steps = stepsOf(hostedKdd('2.2.1'), '2.6.12', OLD, { components: ['cni'] });
    assert.deepEqual(toDo(steps), ['backup', ...ROLL]);
    for (const name of ['policy-conversion', 'data-migration', 'clean-up'])
      assert.equal(reasonOf(steps, name), 'spec.components is cni, without node', name);
  });

  it('are refused one by one on the way to 3.0, which has other data', () => {
    for (const install of [hostedEtcd('2.6.12'), hostedKdd('2.6.12')])
      assert.deepEqual(problemsOf(install, '3.0.12', { components: ['node', 'cni'] }), [
        'spec.components is node, cni, but Calico 3.0.12 reads other data than 2.6.12: it can only be installed as a whole. Leave spec.components out',
      ]);
  });

  it('may be named in any order, all of them, and more than once', () => {
    const components = ['kubeControllers', 'cni', 'node', 'node'];
    assert.deepEqual(problemsOf(hostedEtcd('2.6.12'), '3.0.12', { components }), []);
    const twice = ['node', 'node', 'cni'];
    const [problem] = problemsOf(hostedEtcd('2.6.12'), '3.0.12', { components: twice });
    assert.match(problem ?? '', /^spec\.components is node, node, cni, but/);
  });
});

describe('fromVersion', () => {
  const said = { fromVersion: '2.5.1' };

  it('is refused where image tags tell an earlier release: the data of that would not be moved', () => {
    assert.deepEqual(problemsOf(hostedKdd('2.4.1'), '2.6.12', said), [
      'spec.fromVersion says that Calico 2.5.1 runs, but by the images of calico-node it is 2.4.1: leave it out',
    ]);
    assert.deepEqual(problemsOf(hostedKdd('2.5.1'), '2.6.12', said), []);
  });

  it('is what counts when an upgrade has changed the DaemonSet, whatever the images are by then', () => {
    const detected = detectedOf(hostedKdd('2.6.2'), { saidRelease: '2.5.1' });
    const planned = planSteps(detected, specOf('2.6.12', said), true);
    assert.equal('from' in planned && planned.from, '2.5.1');
  });
});

describe('an upgrade that is not possible', () => {
  it('is refused with the supported path', () => {
    const cases: readonly (readonly [HostedInstall, string, RegExp])[] = [
      [hostedEtcd('2.5.1'), '3.0.12', /needs 2\.6\.5 or later .* Supported: 2\.6\.12, then 3\.0\.12/],
      [hostedKdd('2.4.1'), '3.0.1', /Supported: 2\.6\.12, then 3\.0\.1$/],
      [hostedKdd('2.6.12'), '3.1.0', /Supported: 3\.0\.12, then 3\.1\.0 by Calico's own upgrade/],
      [hostedKdd('2.6.12'), '2.5.1', /later than 2\.5\.1\. Going back is not an upgrade/],
    ];
    for (const [install, target, wanted] of cases) {
      const problems = problemsOf(install, target);
      assert.ok(
        problems.some(problem => wanted.test(problem)),
        `${target}: ${problems.join('; ')}`,
      );
    }
  });
});

describe('the steps of the way back', () => {
  it('end the pause of the data first, where there is one', () => {
    const steps = rollbackSteps('etcd', '2.6.12', '3.0.12', true);
    assert.deepEqual(toDo(steps), ['data-abort: etcd-v2-to-v3 abort', ...CONTROLLED]);
  });

  it('need no data elsewhere, and no controllers where none were', () => {
    const steps = rollbackSteps('kubernetes', '2.4.1', '2.6.12', false);
    assert.deepEqual(toDo(steps), ROLL);
    assert.equal(reasonOf(steps, 'data-abort'), 'the data of Calico 2.4.1 is where it was');
    assert.equal(reasonOf(steps, 'kube-controllers'), 'there were none');
    assert.deepEqual(toDo(rollbackSteps('etcd', '2.5.1', '2.6.12', true)), CONTROLLED);
  });
});
