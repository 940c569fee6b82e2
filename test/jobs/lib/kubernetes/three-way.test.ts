import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { KubeObject } from '../../../../jobs/lib/kubernetes/object.ts';
import { mergeApplied, mergeChange } from '../../../../jobs/lib/kubernetes/three-way.ts';

type Fields = Readonly<Record<string, unknown>>;

const deployment = (podSpec: Fields, labels: Readonly<Record<string, string>> = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', labels },
  spec: { template: { spec: podSpec } },
});

const container = (name: string, env: readonly string[]) => ({
  name,
  image: name,
  env: env.map(key => ({ name: key, value: key })),
});

/** Names that come up in every version of an object, so that they meet. */
const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'));

const objects = fc
  .record({
    labels: names,
    containers: fc.uniqueArray(fc.record({ name: fc.constantFrom('x', 'y', 'z'), env: names }), {
      selector: ({ name }) => name,
    }),
    secrets: names,
    node: fc.option(fc.constantFrom('n1', 'n2'), { nil: undefined }),
  })
  .map(({ labels, containers, secrets, node }) =>
    deployment(
      {
        containers: containers.map(({ name, env }) => container(name, env)),
        imagePullSecrets: secrets.map(name => ({ name })),
        ...(node && { nodeName: node }),
      },
      Object.fromEntries(labels.map(label => [label, label])),
    ),
  );

/** Every label, container, variable and secret of an object, as a path. */
function partsOf({ metadata, spec }: KubeObject): ReadonlySet<string> {
  const { containers, imagePullSecrets, nodeName } = Object(spec).template.spec;
  const inContainer = ({ name, env }: { name: string; env: { name: string }[] }) => [
    `container ${name}`,
    ...env.map(variable => `container ${name} env ${variable.name}`),
  ];
  return new Set([
    ...Object.keys(metadata.labels ?? {}).map(label => `label ${label}`),
    ...containers.flatMap(inContainer),
    ...imagePullSecrets.map((secret: { name: string }) => `secret ${secret.name}`),
    ...(nodeName ? [`node ${nodeName}`] : []),
  ]);
}

describe('mergeApplied', () => {
  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(objects, objects, objects, (last, wanted, live) => {
        const once = mergeApplied(last, wanted, live);
        assert.deepEqual(mergeApplied(wanted, wanted, once), once);
      }),
    );
  });

  it('has all that is wanted, keeps all of others, and drops what was applied only before', () => {
    fc.assert(
      fc.property(objects, objects, objects, (last, wanted, live) => {
        const [before, after, now] = [last, wanted, live].map(partsOf);
        assert.ok(before && after && now);
        const merged = partsOf(mergeApplied(last, wanted, live));
        const isWithin = (part: string) =>
          [...before].some(old => part.startsWith(`${old} `) && !after.has(old));
        const kept = [...now].filter(
          part => !before.has(part) && !isWithin(part) && !part.startsWith('node'),
        );
        const node = [...now].filter(part => part.startsWith('node') && ![...before, ...after].some(isNode));
        assert.deepEqual([...merged].sort(), [...new Set([...after, ...kept, ...node])].sort());
      }),
    );
  });

  it('leaves identity and what servers set as they are', () => {
    const metadata = { name: 'web', namespace: 'shop', uid: 'u1', resourceVersion: '7', generation: 3 };
    const live = { ...deployment({}), metadata, status: { replicas: 3 } };
    const wanted = {
      ...deployment({}),
      metadata: { name: 'web', creationTimestamp: null, resourceVersion: '1', uid: 'u0' },
      status: {},
    };
    assert.deepEqual(mergeApplied(undefined, wanted, live), live);
  });

  it('keeps two ports of one number apart by their protocol', () => {
    const ports = (...protocols: (string | undefined)[]) => {
      const all = protocols.map(protocol => ({ containerPort: 53, ...(protocol && { protocol }) }));
      return deployment({ containers: [{ name: 'x', ports: all }] });
    };
    const wanted = deployment({ containers: [{ name: 'x', ports: [{ containerPort: 53, name: 'dns' }] }] });
    const merged = mergeApplied(ports(undefined, 'UDP'), wanted, ports('TCP', 'UDP', 'SCTP'));
    assert.deepEqual(
      merged,
      deployment({
        containers: [
          {
            name: 'x',
            ports: [
              { containerPort: 53, protocol: 'TCP', name: 'dns' },
              { containerPort: 53, protocol: 'SCTP' },
            ],
          },
        ],
      }),
    );
  });

  it('takes a list as it is wanted where an item cannot be told from another', () => {
    const twice = [
      { name: 'A', value: '1' },
      { name: 'A', value: '2' },
    ];
    const wanted = deployment({ containers: [{ name: 'x', env: twice }] });
    const live = deployment({ containers: [{ name: 'x', env: [{ name: 'B', value: '3' }] }] });
    assert.deepEqual(mergeApplied(undefined, wanted, live), wanted);
  });

  it('keeps finalizers of others', () => {
    const object = (...finalizers: string[]): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', finalizers },
    });
    assert.deepEqual(
      mergeApplied(object('old'), object('new'), object('old', 'theirs')),
      object('theirs', 'new'),
    );
  });
});

const isNode = (part: string): boolean => part.startsWith('node');

describe('mergeChange', () => {
  it('changes nothing where nothing differs', () => {
    fc.assert(
      fc.property(objects, objects, (base, live) => {
        assert.deepEqual(mergeChange(base, base, live), live);
      }),
    );
  });

  it('makes the wanted object of its own base', () => {
    fc.assert(
      fc.property(objects, objects, (base, wanted) => {
        assert.deepEqual(partsOf(mergeChange(base, wanted, base)), partsOf(wanted));
      }),
    );
  });

  it('carries an image over, and leaves what others changed meanwhile', () => {
    const base = deployment({ containers: [{ name: 'x', image: 'x:1', args: ['a'] }], nodeName: 'n1' });
    const wanted = deployment({ containers: [{ name: 'x', image: 'x:2', args: ['a'] }], nodeName: 'n1' });
    const live = deployment({
      containers: [{ name: 'x', image: 'x:1', args: ['b'] }, { name: 'y' }],
      nodeName: 'n2',
    });
    const expected = deployment({
      containers: [{ name: 'x', image: 'x:2', args: ['b'] }, { name: 'y' }],
      nodeName: 'n2',
    });
    assert.deepEqual(mergeChange(base, wanted, live), expected);
  });
});
