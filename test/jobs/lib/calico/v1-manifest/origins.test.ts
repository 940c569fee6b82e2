import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { originOf } from '../../../../../jobs/lib/calico/v1-manifest/origins.ts';

describe('originOf', () => {
  const origins = new Map([
    ['rules[0].nets', 'spec.ingress[0].source.nets'],
    ['rules[0].nets[2]', 'spec.ingress[0].source.net'],
    ['rules', 'spec.ingress'],
  ]);
  for (const [path, origin] of [
    ['rules[0].nets[1]', 'spec.ingress[0].source.nets[1]'],
    ['rules[0].nets[2]', 'spec.ingress[0].source.net'],
    ['rules[0].nets[20]', 'spec.ingress[0].source.nets[20]'],
    ['rules[0].netsize', 'spec.ingress[0].netsize'],
    ['rules', 'spec.ingress'],
    ['ruleset[0]', 'ruleset[0]'],
    ['', ''],
  ] as const) {
    it(`${path} is ${origin}`, () => assert.equal(originOf(origins, path), origin));
  }
});
