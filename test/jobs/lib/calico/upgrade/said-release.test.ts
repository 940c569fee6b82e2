import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { saidReleaseProblem } from '../../../../../jobs/lib/calico/upgrade/said-release.ts';

function problem(release: string, fromImages: readonly string[], unknownImages: readonly string[] = []) {
  return saidReleaseProblem({ fromImages, unknownImages }, { release, option: '--from' }, '2.6.12');
}

describe('the word of a person for the release that runs', () => {
  it('is taken where no image tells it, or where they tell the same', () => {
    assert.equal(problem('2.4.1', [], ['calico/node:latest']), undefined);
    assert.equal(problem('2.4.1', ['2.4.1', '2.6.12']), undefined);
  });

  it('is not taken where images tell an earlier release, of whatever tag others are', () => {
    const said =
      '--from says that Calico 2.5.1 runs, but by the images of calico-node it is 2.4.1: leave it out';
    assert.equal(problem('2.5.1', ['2.4.1']), said);
    assert.equal(problem('2.5.1', ['2.4.1', '2.6.12']), said);
    assert.equal(problem('2.5.1', ['2.4.1'], ['calico/node:latest']), said);
  });

  it('may be an earlier release only of images that tell nothing, and where all have the target already', () => {
    assert.match(problem('2.3.0', ['2.4.1']) ?? '', /2\.3\.0 runs, but .* it is 2\.4\.1: leave it out$/);
    assert.equal(problem('2.3.0', ['2.4.1'], ['calico/node:latest']), undefined);
    assert.equal(problem('2.4.1', ['2.6.12']), undefined);
  });
});
