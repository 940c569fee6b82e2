import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readSpec } from '../../../controller/api/spec.ts';

const problemsOf = (spec: unknown): readonly string[] => {
  const read = readSpec(spec);
  return 'problems' in read ? read.problems : [];
};

/** The problems of a spec that is good but for these fields. */
const withFields = (fields: object): readonly string[] => problemsOf({ targetVersion: 'v2.6.12', ...fields });

const withRollout = (rollout: unknown): readonly string[] => withFields({ rollout });

describe('a spec', () => {
  it('with only a target has safe defaults', () => {
    assert.deepEqual(readSpec({ targetVersion: 'v2.6.12' }), {
      spec: {
        targetVersion: '2.6.12',
        components: ['node', 'cni', 'kubeControllers'],
        images: {},
        imagePullSecrets: [],
        manifests: [],
        env: [],
        backup: 'configmap',
        rollout: {
          maxUnavailable: 1,
          maxSkipped: '10%',
          order: 'name',
          selector: {},
          minSecondsBetweenNodes: 0,
          gracefulRestartSeconds: 90,
          onFailure: 'Pause',
          bgpCheck: true,
          prePullParallel: 5,
          prePullSeconds: 600,
        },
        verify: { connectivityProbe: false },
        addOns: [],
        approvals: [],
        paused: false,
        rollback: false,
        resume: '',
      },
    });
  });

  it('with everything in it is taken as it is', () => {
    const spec = {
      targetVersion: '3.0.1',
      fromVersion: '2.6.5',
      components: ['node'],
      images: { node: 'registry.example.com/node:v3.0.1' },
      registry: 'registry.example.com:5000/mirror',
      imagePullSecrets: [{ name: 'pull' }],
      manifests: [{ configMap: 'calico', keys: ['rbac.yaml', 'calico.yaml'] }],
      env: [{ name: 'FELIX_LOGSEVERITYSCREEN', value: 'info' }],
      backup: 'none',
      rollout: {
        maxUnavailable: '25%',
        maxSkipped: 3,
        order: 'label',
        orderLabel: 'rack',
        selector: { 'kubernetes.io/role': 'node' },
        spread: 'rack',
        minSecondsBetweenNodes: 10,
        gracefulRestartSeconds: 120,
        onFailure: 'Rollback',
        bgpCheck: false,
        prePullParallel: 2,
        prePullSeconds: 60,
      },
      verify: { connectivityProbe: true },
      addOns: [
        { configMap: 'monitoring', waitFor: [{ kind: 'Deployment', name: 'operator', namespace: 'x' }] },
      ],
      approvals: ['complete', 'clean-up'],
      paused: true,
      rollback: true,
      resume: 2,
    };
    assert.deepEqual(readSpec(spec), { spec });
  });

  it('that is wrong has a message for each field that is', () => {
    const rows: readonly (readonly [readonly string[], string])[] = [
      [problemsOf(undefined), 'spec.targetVersion is missing'],
      [problemsOf([]), 'spec must have fields'],
      [problemsOf('v2.6.12'), 'spec must have fields (it is "v2.6.12")'],
      [
        problemsOf({ targetVersion: 2.6 }),
        'spec.targetVersion must be a release of Calico as text, such as v2.6.12 (it is 2.6)',
      ],
      [
        problemsOf({ targetVersion: 'newest' }),
        'spec.targetVersion must be a release of Calico, such as v2.6.12 (it is "newest")',
      ],
      [problemsOf({ targetVersion: '' }), 'spec.targetVersion must be a release of Calico, such as v2.6.12'],
      [withFields({ pasued: true }), 'spec.pasued is not known: look for a spelling mistake'],
      [withFields({ paused: 'yes' }), 'spec.paused must be true or false (it is "yes")'],
      [withFields({ approvals: null }), 'spec.approvals has no value: give it one, or leave it out'],
      [
        withFields({ approvals: ['all'] }),
        'spec.approvals[0] must be one of complete, clean-up (it is "all")',
      ],
      [withFields({ components: [] }), 'spec.components must name a component, or be left out for all'],
      [withFields({ components: 'node' }), 'spec.components must be a list (it is "node")'],
      [withFields({ manifests: {} }), 'spec.manifests must be a list (it has fields)'],
      [withFields({ manifests: [{}] }), 'spec.manifests[0].configMap is missing'],
      [withFields({ manifests: [{ configMap: '' }] }), 'spec.manifests[0].configMap must not be empty'],
      [withFields({ manifests: ['calico'] }), 'spec.manifests[0] must have fields (it is "calico")'],
      [
        withFields({ manifests: Array.from({ length: 33 }, () => ({ configMap: 'x' })) }),
        'spec.manifests must have 32 entries at most',
      ],
      [withFields({ images: { node: '' } }), 'spec.images.node must not be empty'],
      [withFields({ images: { nodes: 'x' } }), 'spec.images.nodes is not known: look for a spelling mistake'],
      [
        withFields({ registry: 'https://registry.example.com' }),
        'spec.registry must be a registry without https://, such as registry.example.com (it is "https://registry.example.com")',
      ],
      [
        withFields({ env: [{ name: 'A', value: 1 }] }),
        'spec.env[0].value must be text: write numbers in quotes (it is 1)',
      ],
      [
        withFields({ addOns: [{ configMap: 'x', waitFor: [{ kind: 'Pod', name: 'y' }] }] }),
        'spec.addOns[0].waitFor[0].kind must be CustomResourceDefinition, ThirdPartyResource, Deployment or DaemonSet (it is "Pod")',
      ],
      [withFields({ resume: {} }), 'spec.resume must be text or a number (it has fields)'],
      [withRollout([]), 'spec.rollout must have fields'],
      [withRollout({ order: 'label' }), 'spec.rollout.orderLabel must be given with order: label'],
      [withRollout({ selector: { a: 5 } }), 'spec.rollout.selector.a must be text (it is 5)'],
      [
        withRollout({ selector: { 'node.example.com/a': true } }),
        'spec.rollout.selector["node.example.com/a"] must be text (it is true)',
      ],
      [
        withRollout({ prePullParallel: 1.5 }),
        'spec.rollout.prePullParallel must be a whole number (it is 1.5)',
      ],
      [
        withRollout({ gracefulRestartSeconds: '90' }),
        'spec.rollout.gracefulRestartSeconds must be a number (it is "90")',
      ],
      [
        withRollout({ gracefulRestartSeconds: 0 }),
        'spec.rollout.gracefulRestartSeconds must be 1 or more (it is 0)',
      ],
      ...['gracefulRestartSeconds', 'minSecondsBetweenNodes', 'prePullSeconds'].map(
        field =>
          [
            withRollout({ [field]: 86_401 }),
            `spec.rollout.${field} must be 86400 or less (it is 86401)`,
          ] as const,
      ),
    ];
    for (const [problems, expected] of rows) assert.deepEqual(problems, [expected]);
  });

  it('counts nodes in whole numbers or percentages', () => {
    for (const maxUnavailable of [1, 20, '1%', '99%', '100%'])
      assert.deepEqual(withRollout({ maxUnavailable }), []);
    for (const maxUnavailable of [0, -1, 1.5, '0%', '101%', '5', '', {}, true]) {
      const [problem = ''] = withRollout({ maxUnavailable });
      assert.match(
        problem,
        /^spec\.rollout\.maxUnavailable must be a whole number from 1 on, or a percentage from "1%" to "100%"/,
      );
    }
  });

  it('has all its mistakes said at once', () => {
    const problems = problemsOf({ paused: 1, rollout: { order: 'size', bgpCheck: 'on' } });
    assert.deepEqual(problems, [
      'spec.targetVersion is missing',
      'spec.rollout.order must be name or label (it is "size")',
      'spec.rollout.bgpCheck must be true or false (it is "on")',
      'spec.paused must be true or false (it is 1)',
    ]);
  });

  it('can be any JSON, and is then taken or refused in words of ours', () => {
    const field = fc.constantFrom(
      ...[
        'targetVersion',
        'fromVersion',
        'components',
        'images',
        'registry',
        'imagePullSecrets',
        'manifests',
      ],
      ...[
        'env',
        'backup',
        'rollout',
        'verify',
        'addOns',
        'approvals',
        'paused',
        'rollback',
        'resume',
        'other',
      ],
    );
    const inside = fc.constantFrom(
      'configMap',
      'waitFor',
      'selector',
      'maxUnavailable',
      'node',
      'name',
      'value',
    );
    const nested = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(inside, fc.jsonValue()),
      fc.array(fc.dictionary(inside, fc.jsonValue())),
    );
    const anySpec = fc.oneof(fc.jsonValue(), fc.dictionary(field, nested));
    fc.assert(
      fc.property(anySpec, spec => {
        for (const problem of problemsOf(spec)) {
          assert.match(problem, /^spec\S* ?/);
          assert.doesNotMatch(problem.replace(/\(it is .*\)$/, ''), /Invalid|Expected|received|undefined/);
        }
      }),
      { numRuns: 500 },
    );
  });
});
