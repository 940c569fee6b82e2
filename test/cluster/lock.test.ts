import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from './lock.ts';

it('lets one in at a time, says that the others wait, and is free after a failure', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'lock-test-'));
  const file = join(directory, 'lock');
  let inside = 0;
  let waits = 0;
  const enter = () =>
    withLock(
      file,
      () => waits++,
      async () => {
        assert.equal(++inside, 1);
        await sleep(100);
        inside--;
        throw new Error('fails');
      },
    );
  const results = await Promise.allSettled([enter(), enter(), enter()]);
  rmSync(directory, { recursive: true });
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  );
  for (const result of results) assert.match(String('reason' in result && result.reason), /fails/);
  assert.equal(waits, 2);
});
