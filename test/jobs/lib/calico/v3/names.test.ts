import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { normalize } from '../../../../../jobs/lib/calico/v1/names.ts';
import { interfaceProblems } from '../../../../../jobs/lib/calico/v3/interface-name.ts';
import {
  nameProblems,
  policyNameProblems,
  referenceProblems,
} from '../../../../../jobs/lib/calico/v3/names.ts';

const GOOD = ['a', '0', 'a-b', 'a--b', 'a.b', '10-64-0-0-16', 'rack1-host2.example.com', 'x'.repeat(253)];
const BAD = ['', '-a', 'a-', 'a..b', '.a', 'a.', 'a-.b', 'A', 'a_b', 'a/b', 'a b', 'é', 'a\n'];

describe('names', () => {
  for (const name of GOOD) {
    it(`takes '${name.slice(0, 30)}'`, () => {
      assert.deepEqual(nameProblems('f', name), []);
      assert.deepEqual(referenceProblems('f', name), []);
      assert.equal(policyNameProblems('f', name).length, name.includes('.') ? 1 : 0);
    });
  }

  for (const name of BAD) {
    it(`refuses ${JSON.stringify(name)}`, () => {
      for (const problems of [nameProblems, referenceProblems, policyNameProblems]) {
        const [problem, ...more] = problems('metadata.name', name);
        assert.equal(problem?.field, 'metadata.name');
        assert.ok(problem.reason.startsWith(`is '${name}', expected small letters`));
        assert.deepEqual(more, []);
      }
    });
  }

  it('refuses 254 characters, but not in a reference', () => {
    const name = 'x'.repeat(254);
    assert.equal(nameProblems('f', name)[0]?.reason, 'has 254 characters, expected 253 at most');
    assert.equal(policyNameProblems('f', name).length, 1);
    assert.deepEqual(referenceProblems('f', name), []);
  });

  it('takes whatever normalising yields, unless nothing is left', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        const name = normalize(text);
        assert.equal(referenceProblems('f', name).length, name === '' ? 1 : 0);
        assert.equal(normalize(name), name);
      }),
      { seed: 11, numRuns: 1000 },
    );
  });
});

describe('interfaceProblems', () => {
  for (const name of ['eth0', 'eth0.100', '*', 'a_b-c', 'fifteencharacte']) {
    it(`takes ${name}`, () => assert.deepEqual(interfaceProblems('f', name), []));
  }
  for (const name of ['', '**', 'eth 0', 'eth0:1', 'sixteencharacter']) {
    it(`refuses '${name}'`, () => assert.equal(interfaceProblems('f', name).length, 1));
  }
});
