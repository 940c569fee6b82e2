import assert from 'node:assert/strict';
import { it } from 'node:test';
import { debianMainSuite } from './kubernetes-source.ts';

it("finds Debian's own main suite among other sources", () => {
  const targets = [
    'https://tools.invalid/apt/|bookworm|bookworm|main|Tools|Tools',
    'http://mirror.invalid/debian/|bookworm-updates|bookworm-updates|main|Debian|Debian',
    'http://mirror.invalid/debian-security/|bookworm-security|bookworm-security|main|Debian|Debian-Security',
    'http://mirror.invalid/debian/|bookworm|bookworm|contrib|Debian|Debian',
    'http://mirror.invalid/debian/|stable|bookworm|main|Debian|Debian',
  ];
  const main = { uri: 'http://mirror.invalid/debian/', release: 'stable' };
  assert.deepEqual(debianMainSuite(targets.join('\n')), main);
  assert.equal(debianMainSuite(targets.slice(0, 4).join('\n')), undefined);
});
