import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadAll } from 'js-yaml';
import { readSpec } from '../../controller/api/spec.ts';
import { CALICO_UPGRADES } from '../../jobs/lib/calico/upgrade/api.ts';
import { supportedPath } from '../../jobs/lib/calico/upgrade/path.ts';
import { isKubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { apiVersionOf } from '../../jobs/lib/kubernetes/resource.ts';
import { MANIFESTS } from './kustomize.ts';

const EXAMPLES = join(MANIFESTS, 'examples');

/** The releases that the name of an example speaks of. */
const NAMED = /-(\d\.\d)-to-(\d\.\d)\.yaml$/;

/** The least release of 2.6 that goes to 3.0, else the first of its line. */
const lowest = (line: string): string => (line === '2.6' ? '2.6.5' : `${line}.0`);

describe('the example', () => {
  for (const file of readdirSync(EXAMPLES)) {
    it(`${file} is one CalicoUpgrade that the controller understands`, () => {
      const text = readFileSync(join(EXAMPLES, file), 'utf8');
      const [object, ...others] = loadAll(text);
      assert.deepEqual(others, []);
      assert.ok(isKubeObject(object) && text.startsWith('# '));
      assert.deepEqual([object.apiVersion, object.kind], [apiVersionOf(CALICO_UPGRADES), 'CalicoUpgrade']);
      const read = readSpec(object.spec);
      assert.ok('spec' in read, JSON.stringify(read));
      const [, from, target] = NAMED.exec(file) ?? [];
      if (from === undefined || target === undefined) return;
      assert.ok(read.spec.targetVersion.startsWith(`${target}.`));
      assert.deepEqual(supportedPath(lowest(from), read.spec.targetVersion), [read.spec.targetVersion]);
    });
  }
});
