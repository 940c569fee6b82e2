import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { besidePresent, imagesIn, rewriteImages, withRegistry } from '../../../controller/target/images.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';

const DIGEST = `sha256:${'0a'.repeat(32)}`;

describe('an image from another registry', () => {
  const cases: readonly (readonly [image: string, registry: string, expected: string])[] = [
    ['quay.io/calico/node:v2.6.12', 'registry.example.com', 'registry.example.com/calico/node:v2.6.12'],
    ['quay.io/calico/node:v1', 'registry.example.com/mirror', 'registry.example.com/mirror/calico/node:v1'],
    ['calico-upgrade/job:0.1.0', 'registry.example.com', 'registry.example.com/calico-upgrade/job:0.1.0'],
    ['busybox', 'registry.example.com', 'registry.example.com/busybox'],
    ['busybox:1.36', 'registry.example.com:5000', 'registry.example.com:5000/busybox:1.36'],
    ['localhost/x:1', 'registry.example.com', 'registry.example.com/x:1'],
    ['old.example.com:5000/a/b/c:1', 'registry.example.com', 'registry.example.com/a/b/c:1'],
    [`quay.io/calico/cni@${DIGEST}`, 'registry.example.com', `registry.example.com/calico/cni@${DIGEST}`],
    [`quay.io/calico/cni:v1@${DIGEST}`, 'r.io/m', `r.io/m/calico/cni:v1@${DIGEST}`],
  ];
  for (const [image, registry, expected] of cases) {
    it(`${image} from ${registry} is ${expected}`, () => {
      assert.equal(withRegistry(image, registry), expected);
      assert.equal(withRegistry(expected, registry), expected);
    });
  }

  it('is the same where no registry is given', () => {
    assert.equal(withRegistry('quay.io/calico/node:v1', undefined), 'quay.io/calico/node:v1');
  });

  it('stays as it is the second time, whatever its name', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,5}$/);
    const registries = fc.tuple(word, fc.constantFrom('', ':5000'), fc.array(word, { maxLength: 2 }));
    const images = fc.tuple(
      fc.array(word, { minLength: 1, maxLength: 4 }),
      fc.constantFrom('', ':1', `@${DIGEST}`),
    );
    fc.assert(
      fc.property(registries, images, ([host, port, path], [parts, tag]) => {
        const registry = [`${host}.example.com${port}`, ...path].join('/');
        const once = withRegistry(`${parts.join('/')}${tag}`, registry);
        assert.ok(once.startsWith(`${registry}/`) && once.endsWith(tag));
        assert.equal(withRegistry(once, registry), once);
      }),
    );
  });
});

describe('an image in the place of a present one', () => {
  const image = 'quay.io/calico/kube-controllers:v1.0.5';
  for (const [present, expected] of [
    ['quay.io/calico/kube-policy-controller:v0.7.0', image],
    ['calico/kube-policy-controller:v0.7.0', 'calico/kube-controllers:v1.0.5'],
    ['r.io:5000/m/calico/kube-controllers:v1', 'r.io:5000/m/calico/kube-controllers:v1.0.5'],
    [`r.io/calico/kube-controllers@${DIGEST}`, 'r.io/calico/kube-controllers:v1.0.5'],
    ['r.io/our-controllers:1', image],
  ] as const) {
    it(`is ${expected} beside ${present}`, () => assert.equal(besidePresent(image, present), expected));
  }
});

describe('the images of an object', () => {
  const pod = {
    containers: [{ name: 'a', image: 'quay.io/a:1' }],
    initContainers: [{ name: 'b', image: 'b' }],
  };
  const template = { template: { spec: pod } };
  const source = { registry: 'r.io', imagePullSecrets: [{ name: 'pull' }] };
  const expected = ['r.io/b', 'r.io/a:1'];
  const objects: Readonly<Record<string, unknown>> = {
    Pod: pod,
    Job: template,
    DaemonSet: template,
    Deployment: template,
    StatefulSet: template,
    ReplicaSet: template,
    CronJob: { jobTemplate: { spec: template } },
  };
  for (const [kind, spec] of Object.entries(objects)) {
    it(`are all taken from the registry, with the pull secret: ${kind}`, () => {
      const object: KubeObject = { kind, metadata: { name: 'x' }, spec };
      const once = rewriteImages(object, source);
      assert.deepEqual(imagesIn(once), expected);
      assert.match(JSON.stringify(once), /"imagePullSecrets":\[\{"name":"pull"\}\]/);
      assert.deepEqual(rewriteImages(once, source), once);
    });
  }

  it('keeps pull secrets that are there', () => {
    const own = { ...pod, imagePullSecrets: [{ name: 'own' }] };
    const { spec } = rewriteImages({ kind: 'Pod', metadata: { name: 'x' }, spec: own }, source);
    assert.deepEqual(Object(spec).imagePullSecrets, [{ name: 'own' }, { name: 'pull' }]);
  });

  it('leaves an object without pods as it is', () => {
    const object: KubeObject = { kind: 'ConfigMap', metadata: { name: 'x' }, data: { image: 'quay.io/a:1' } };
    assert.equal(rewriteImages(object, source), object);
    assert.deepEqual(imagesIn(object), []);
  });
});
