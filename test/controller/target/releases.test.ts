import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imagesOf, KNOWN_RELEASES } from '../../../controller/target/releases.ts';
import { releaseOfNodeImage } from '../../../jobs/lib/calico/calico-version.ts';

const quay = (image: string) => `quay.io/calico/${image}`;

test('each release has the images that were released with it', () => {
  assert.deepEqual(imagesOf('2.6.12'), {
    node: quay('node:v2.6.12'),
    cni: quay('cni:v1.11.8'),
    kubeControllers: quay('kube-controllers:v1.0.5'),
    typha: quay('typha:v0.5.8'),
  });
  assert.equal(imagesOf('2.5.1')?.kubeControllers, quay('kube-policy-controller:v0.7.0'));
  assert.equal(imagesOf('2.6.0')?.cni, quay('cni:v1.11.0'));
  assert.equal(imagesOf('3.0.9')?.kubeControllers, quay('kube-controllers:v2.0.6'));
  assert.equal(imagesOf('3.0.11')?.cni, quay('cni:v3.0.11'));
  assert.equal(imagesOf('2.2.1')?.node, quay('node:v1.2.1'));
  assert.equal(imagesOf('2.2.1')?.typha, undefined);
});

test('the image of calico-node tells the release that it is of', () => {
  for (const release of KNOWN_RELEASES) {
    assert.equal(releaseOfNodeImage(imagesOf(release)?.node ?? ''), release);
  }
});

test('a release whose images nobody noted has none', () => {
  for (const release of ['2.3.1', '2.6.13', '3.1.0', '', 'v2.6.12'])
    assert.equal(imagesOf(release), undefined);
});
