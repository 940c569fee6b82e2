import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { TPR_KINDS } from '../../../jobs/lib/calico/tpr-kinds.ts';
import { CONFIG_MAPS, THIRD_PARTY_RESOURCES } from '../../../jobs/lib/kubernetes/builtin.ts';
import { list } from '../../../jobs/lib/kubernetes/list.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import { deleteObject } from '../clean-cluster.ts';
import { readBackups, readContent } from '../content.ts';
import { patch } from '../edit.ts';
import { kindNamed } from '../lib/calico/tpr-objects.ts';
import { backupIn, COPIED_OBJECTS, tprTexts, useCleanerCluster } from './cleaner-cluster.ts';

const jobs = useCleanerCluster();
const COUNT = COPIED_OBJECTS.length;

describe('tpr-cleaner --confirm', () => {
  it('deletes the old data whole, once, and restore brings it back byte by byte', async () => {
    await jobs.upgraded();
    const before = await readContent(jobs.client);
    const texts = await tprTexts(jobs);
    const result = await jobs.cleanAway();
    assert.match(
      result.sentence,
      new RegExp(`^deleted and verified: 5 ThirdPartyResources, and with them ${COUNT} objects\\. `),
    );
    const { crds, crdObjects, nodes, tprs } = await readContent(jobs.client);
    assert.deepEqual(tprs, []);
    assert.deepEqual(
      { crds, crdObjects, nodes },
      { crds: before.crds, crdObjects: before.crdObjects, nodes: before.nodes },
    );
    for (const { tpr } of TPR_KINDS) assert.equal(await list(jobs.client, tpr), undefined, tpr.plural);

    const after = await readContent(jobs.client);
    assert.match((await jobs.cleanAway()).sentence, /^nothing to delete: /);
    assert.deepEqual(await readContent(jobs.client), after);

    const restored = await jobs.run(['restore', '--backup', backupIn(result), '--settle', '2']);
    assert.equal(restored.exitCode, 0, restored.stdout);
    assert.deepEqual(await tprTexts(jobs), texts);
  });

  it('finishes what somebody began by hand', async () => {
    await jobs.upgraded();
    for (const { tprName } of TPR_KINDS.slice(0, 2))
      await deleteObject(jobs.client, THIRD_PARTY_RESOURCES, tprName);
    const { sentence } = await jobs.cleanAway();
    assert.match(
      sentence,
      new RegExp(`^deleted and verified: 3 ThirdPartyResources, and with them ${COUNT} `),
    );
    assert.deepEqual(await tprTexts(jobs), []);
  });

  it('keeps its backup in a directory where told to', async () => {
    await jobs.upgraded();
    const texts = await tprTexts(jobs);
    const root = join(jobs.cluster.directory, 'cleaned');
    const result = await jobs.cleanAway('--backup', root);
    assert.deepEqual(await readBackups(jobs.client), []);
    assert.deepEqual(await readdir(root), [backupIn(result).slice(root.length + 1)]);
    assert.equal((await jobs.run(['restore', '--backup', root, '--settle', '2'])).exitCode, 0);
    assert.deepEqual(await tprTexts(jobs), texts);
  });

  it('takes for equal what every node rewrites at its start, and policies in the form of 2.6', async () => {
    await jobs.upgraded();
    const config = kindNamed('GlobalConfig').crd;
    for (const [name, value] of [
      ['clustertype', 'k8s,bgp,kdd'],
      ['calicoversion', 'v2.5.1'],
    ] as const)
      await patch(jobs.client, config, { metadata: { name } }, { spec: { value } });
    const policy = kindNamed('SystemNetworkPolicy').crd;
    for (const { metadata } of (await list(jobs.client, policy)) ?? [])
      await patch(jobs.client, policy, { metadata }, { spec: { types: ['ingress', 'egress'] } });
    const { stdout } = await jobs.cleanAway();
    assert.match(stdout, /plan +GlobalFelixConfig calicoversion: every node rewrites it/);
  });
});

describe('tpr-cleaner that nobody confirmed', () => {
  it('says what it would do, and changes nothing', async () => {
    await jobs.upgraded();
    const before = await readContent(jobs.client);
    for (const args of [[], ['--confirm', '--dry-run'], ['--confirm', 'false']]) {
      const { exitCode, sentence, stdout } = await jobs.clean(...args);
      assert.equal(exitCode, 0, stdout);
      assert.match(
        sentence,
        new RegExp(`^dry run: 5 ThirdPartyResources to delete, and with them ${COUNT} objects, .* --confirm`),
      );
      assert.match(stdout, /plan +IpPool → IPPool +yes +7 +7\n/);
      assert.deepEqual(await readContent(jobs.client), before, args.join(' '));
      const report = await get(jobs.client, CONFIG_MAPS, 'calico-upgrade-report-tpr-cleaner', 'default');
      assert.equal(report, undefined, args.join(' '));
    }
  });
});
