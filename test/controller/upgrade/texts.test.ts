import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSpec } from '../../../controller/api/spec.ts';
import { approvalText, resumeText } from '../../../controller/upgrade/texts.ts';

/** The spec that the command of a text writes. */
function patchOf(text: string): unknown {
  const [, json = ''] = /^.* --type merge -p '(.*)'$/.exec(text) ?? [];
  return JSON.parse(json);
}

describe('the commands that a status tells', () => {
  it('resume with another value than the present one, whatever that is', () => {
    const written = (resume: string | number) => patchOf(resumeText('to-2.6', resume));
    const cases: readonly (readonly [string | number, string])[] = [
      ['', '1'],
      ['1', '2'],
      [7, '8'],
      ['-1', '1'],
      ['again', '1'],
    ];
    for (const [resume, next] of cases) assert.deepEqual(written(resume), { spec: { resume: next } });
    assert.match(resumeText('to-2.6', ''), /^To go on: kubectl patch calicoupgrade to-2\.6 /);
  });

  it('approve one step more, and keep what was approved before', () => {
    const text = approvalText('to-3.0', 'clean-up', ['complete']);
    assert.deepEqual(patchOf(text), { spec: { approvals: ['complete', 'clean-up'] } });
    assert.match(text, /^To agree: kubectl patch calicoupgrade to-3\.0 /);
  });

  it('are taken by the API of the controller', () => {
    const spec = { targetVersion: 'v3.0.12', resume: '2', approvals: ['complete', 'clean-up'] };
    assert.ok('spec' in readSpec(spec));
  });
});
