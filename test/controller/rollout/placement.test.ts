import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Placement,
  placementOf,
  placementProblem,
  taintsOf,
} from '../../../controller/rollout/placement.ts';
import { ANYWHERE, decided, node, oldPod, told, waitingNodes } from './facts.ts';

const gpu = { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' };
const problem = (
  placement: Partial<Placement>,
  changes: Parameters<typeof node>[1] = {},
): string | undefined => placementProblem(node('n1', changes), { ...ANYWHERE, ...placement });

/** Required node affinity with one term of these conditions. */
const affinity = (term: Readonly<Record<string, unknown>>): Partial<Placement> => ({ affinity: [term] });
const expression = (key: string, operator: string, ...values: string[]): Partial<Placement> =>
  affinity({ matchExpressions: [{ key, operator, values }] });

describe('a DaemonSet puts a pod on a node', () => {
  it('that has the labels of its nodeSelector', () => {
    const placement = placementOf({ nodeSelector: { os: 'linux' } });
    assert.equal(problem(placement, { labels: { os: 'linux' } }), undefined);
    assert.equal(problem(placement), "it has not the label os=linux of the DaemonSet's nodeSelector");
  });

  for (const [what, placement, fits] of [
    ['In', expression('rack', 'In', 'r1', 'r2'), true],
    ['In', expression('rack', 'In', 'r2'), false],
    ['In, of a label that is not there', expression('zone', 'In', 'r1'), false],
    ['NotIn', expression('rack', 'NotIn', 'r1'), false],
    ['NotIn, of a label that is not there', expression('zone', 'NotIn', 'r1'), true],
    ['Exists', expression('rack', 'Exists'), true],
    ['DoesNotExist', expression('rack', 'DoesNotExist'), false],
    ['Gt', expression('cores', 'Gt', '3'), true],
    ['Gt, of a label that is not there', expression('zone', 'Gt', '3'), false],
    ['Lt', expression('cores', 'Lt', '4'), false],
    ['the name', affinity({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }), true],
    [
      'another name',
      affinity({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n2'] }] }),
      false,
    ],
    ['no condition', affinity({}), false],
    ['no term', { affinity: [] }, false],
  ] as const) {
    it(`that fits its node affinity: ${what} ${fits ? 'does' : 'does not'}`, () => {
      assert.equal(problem(placement, { labels: { rack: 'r1', cores: '4' } }) === undefined, fits);
    });
  }

  it('where one of the terms fits, with all its conditions', () => {
    const terms = (...operators: readonly string[][]) =>
      placementOf({
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: operators.map(all => ({
                matchExpressions: all.map(operator => ({ key: 'rack', operator })),
              })),
            },
          },
        },
      });
    assert.equal(problem(terms(['Exists'], ['DoesNotExist'])), undefined);
    assert.equal(
      problem(terms(['Exists', 'DoesNotExist'])),
      'the node affinity of the DaemonSet leaves it out',
    );
  });

  for (const [what, toleration, fits] of [
    ['of its key, value and effect', { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' }, true],
    ['of its key and value', { key: 'dedicated', operator: 'Equal', value: 'gpu' }, true],
    ['of another value', { key: 'dedicated', value: 'cpu' }, false],
    ['of its key, whatever its value', { key: 'dedicated', operator: 'Exists' }, true],
    ['of another effect', { key: 'dedicated', operator: 'Exists', effect: 'NoExecute' }, false],
    ['of everything', { operator: 'Exists' }, true],
  ] as const) {
    it(`${fits ? 'whose taint it tolerates' : 'but not one with a taint'}, by a toleration ${what}`, () => {
      const found = problem({ tolerations: [toleration] }, { taints: [gpu] });
      assert.equal(
        found,
        fits ? undefined : 'the DaemonSet does not tolerate its taint dedicated=gpu:NoSchedule',
      );
    });
  }

  it('whose troubles pass, also by the names of Kubernetes 1.7', () => {
    const keys = [
      ...['node.kubernetes.io/not-ready', 'node.kubernetes.io/unschedulable'],
      ...['node.kubernetes.io/disk-pressure', 'node.alpha.kubernetes.io/notReady'],
    ];
    const taints = keys.map(key => ({ key, value: '', effect: 'NoSchedule' }));
    assert.equal(problem({}, { taints }), undefined);
  });

  it('whose taints are only a preference', () => {
    assert.deepEqual(
      taintsOf({
        taints: [
          { key: 'a', effect: 'PreferNoSchedule' },
          { key: 'b', effect: 'NoExecute' },
        ],
      }),
      [{ key: 'b', value: '', effect: 'NoExecute' }],
    );
  });
});

describe('a node that gets no pod of the DaemonSet', () => {
  const tainted = node('n1', { taints: [gpu] });

  it('and has none is not waited for', () => {
    const sight = waitingNodes(tainted, 'n2');
    const decision = decided({ ...sight, pods: [oldPod('n2')] });
    assert.deepEqual([told(decision).includes('begin n2'), decision.counts.total], [true, 1]);
  });

  it('but has one from before is left out and reported: once deleted, it would not come back', () => {
    const decision = decided({ ...waitingNodes(tainted, 'n2'), prePulls: [] });
    assert.deepEqual(told(decision), ['pull n2']);
    assert.deepEqual(decision.skipped, [
      {
        node: 'n1',
        reason:
          'the DaemonSet does not tolerate its taint dedicated=gpu:NoSchedule: its pod would not be made anew',
      },
    ]);
    const last = decided({ nodes: [tainted], pods: [oldPod('n1')] });
    assert.deepEqual([told(last), last.isDone], [[], false]);
    assert.match(last.blocked?.text ?? '', /^the nodes that are left cannot be replaced: n1: the DaemonSet/);
  });
});
