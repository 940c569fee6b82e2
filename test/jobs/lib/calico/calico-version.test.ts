import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  calicoRelease,
  imageTag,
  isAtLeast,
  releaseOfNodeImage,
} from '../../../../jobs/lib/calico/calico-version.ts';

describe('the Calico release of a tag', () => {
  const tags: [tag: string, release: string | undefined][] = [
    ['v1.0.2', '2.0.2'],
    ['v1.1.3', '2.1.3'],
    ['v1.2.1', '2.2.1'],
    ['v1.3.0', '2.3.0'],
    ['v1.3.0-2-gabc1234', '2.3.0'],
    ['v1.4.0', undefined],
    ['v0.23.0', undefined],
    ['v2.4.1', '2.4.1'],
    ['2.4.1', '2.4.1'],
    ['v2.6.12', '2.6.12'],
    ['v2.4.1-3-gabc123', '2.4.1'],
    ['v2.4.1-3-gabc123-dirty', '2.4.1'],
    ['v2.5.0-rc1', '2.5.0'],
    ['v2.5.1-amd64', '2.5.1'],
    ['v2.5.1+build', '2.5.1'],
    ['v3.0.1_1', '3.0.1'],
    ['latest', undefined],
    ['master', undefined],
    ['v2.4', undefined],
    ['release-2.4.1', undefined],
    ['20170801', undefined],
    ['v02.4.1', undefined],
    ['', undefined],
  ];
  for (const [tag, release] of tags) {
    it(`${tag} is ${release}`, () => assert.equal(calicoRelease(tag), release));
  }
});

describe('the release of an image of calico/node', () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const images: [image: string, tag: string | undefined, release: string | undefined][] = [
    ['quay.io/calico/node:v2.4.1', 'v2.4.1', '2.4.1'],
    ['quay.io/calico/node:v1.3.0', 'v1.3.0', '2.3.0'],
    ['registry.example.com:5000/mirror/calico-node:v2.6.2', 'v2.6.2', '2.6.2'],
    ['registry.example.com:5000/calico/node', undefined, undefined],
    ['calico/node', undefined, undefined],
    ['calico/node:', undefined, undefined],
    ['calico/node:prod', 'prod', undefined],
    [`calico/node@${digest}`, undefined, undefined],
    [`calico/node:v2.5.1@${digest}`, 'v2.5.1', '2.5.1'],
  ];
  for (const [image, tag, release] of images) {
    it(`${image} is ${release}`, () => {
      assert.equal(imageTag(image), tag);
      assert.equal(releaseOfNodeImage(image), release);
    });
  }
});

describe('a release', () => {
  it('is at least another', () => {
    const pairs: [string, boolean][] = [
      ['2.5.9', false],
      ['2.6.0', true],
      ['2.6', true],
      ['v2.10.0', true],
      ['3', true],
    ];
    for (const [release, expected] of pairs) assert.equal(isAtLeast(release, '2.6.0'), expected, release);
    assert.throws(() => isAtLeast('latest', '2.6.0'), RangeError);
  });
});
