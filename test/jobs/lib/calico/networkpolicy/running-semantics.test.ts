import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CalicoInstall, ImageInUse } from '../../../../../jobs/lib/calico/calico-install.ts';
import { imageTag, releaseOfNodeImage } from '../../../../../jobs/lib/calico/calico-version.ts';
import {
  controllerName,
  runningSemantics,
} from '../../../../../jobs/lib/calico/networkpolicy/running-semantics.ts';

type Datastore = CalicoInstall['datastore'];

const node = (image: string, index: number): ImageInUse => ({
  where: `Pod calico-node-${index}`,
  container: 'calico-node',
  image,
  tag: imageTag(image),
  release: releaseOfNodeImage(image),
});

const semantics = (datastore: Datastore, nodes: readonly string[], controllers: readonly string[]) =>
  runningSemantics(
    { datastore, images: nodes.map(node) },
    controllers.map((image, index) => ({ where: `Pod controller-${index}`, image })),
  );

const CONTROLLER = 'quay.io/calico/kube-policy-controller';

describe('the semantics that act', () => {
  const cases: readonly (readonly [Datastore, readonly string[], readonly string[], string])[] = [
    ['kubernetes', ['calico/node:v1.2.1'], [], 'annotation'],
    ['kubernetes', ['calico/node:v1.2.1', 'calico/node:v1.0.2'], [], 'annotation'],
    ['kubernetes', ['calico/node:v1.3.0'], [], 'v1'],
    ['kubernetes', ['calico/node:v2.4.1', 'calico/node:v2.6.12'], [], 'v1'],
    ['kubernetes', ['calico/node:v1.2.1', 'calico/node:v1.3.0'], [], 'mixed'],
    ['kubernetes', ['calico/node:v1.2.1', 'calico/node@sha256:0123'], [], 'unknown'],
    ['kubernetes', [], [], 'unknown'],
    // On etcd the version of the nodes does not matter.
    ['etcd', ['calico/node:v1.1.0'], [`${CONTROLLER}:v0.6.0`], 'annotation'],
    ['etcd', ['calico/node:v2.4.1'], [`${CONTROLLER}:v0.5.4`], 'annotation'],
    ['etcd', ['calico/node:v1.2.1'], [`${CONTROLLER}:v0.7.0`], 'v1'],
    ['etcd', ['calico/node:v2.6.0'], ['quay.io/calico/kube-controllers:v1.0.0'], 'v1'],
    [
      'etcd',
      ['calico/node:v2.6.0'],
      [`${CONTROLLER}:v0.6.0`, 'r:5000/calico/kube-controllers:v1.0.0'],
      'mixed',
    ],
    ['etcd', ['calico/node:v1.2.1'], [`${CONTROLLER}:latest`], 'unknown'],
    ['etcd', ['calico/node:v1.2.1'], [], 'unknown'],
    ['unknown', ['calico/node:v1.2.1'], [], 'unknown'],
  ];
  for (const [datastore, nodes, controllers, expected] of cases) {
    it(`${datastore}: ${[...nodes, ...controllers].join(', ') || 'nothing found'}: ${expected}`, () => {
      assert.equal(semantics(datastore, nodes, controllers).semantics, expected);
    });
  }

  it('are told in words, with the place of what does not fit', () => {
    assert.equal(semantics('kubernetes', ['calico/node:v1.2.1'], []).text, 'Calico 2.2.1');
    assert.equal(semantics('etcd', [], [`${CONTROLLER}:v0.6.0`]).text, 'kube-policy-controller v0.6.0');
    assert.equal(
      semantics('kubernetes', ['calico/node:v1.2.1', 'calico/node:v1.3.0'], []).text,
      'Pod calico-node-1 has calico/node:v1.3.0, but Pod calico-node-0 has calico/node:v1.2.1',
    );
  });

  it('know a controller by the name of its image', () => {
    assert.equal(controllerName('registry:5000/mirror/kube-controllers@sha256:0123'), 'kube-controllers');
    assert.equal(controllerName('calico/kube-policy-controller'), 'kube-policy-controller');
    assert.equal(controllerName('calico/node:v1.2.1'), undefined);
  });
});
