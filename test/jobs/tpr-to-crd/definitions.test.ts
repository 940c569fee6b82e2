import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { crdName } from '../../../jobs/lib/kubernetes/crd.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import { create, get } from '../../../jobs/lib/kubernetes/write.ts';
import { sleep } from '../../../jobs/lib/run/abort.ts';
import { deleteCrd, deleteObject } from '../clean-cluster.ts';
import { readContent, readCrdObjects } from '../content.ts';
import { patch } from '../edit.ts';
import { useJobCluster } from '../job-cluster.ts';
import { kindNamed } from '../lib/calico/tpr-objects.ts';
import { CRDS } from '../resources.ts';
import { MIXED, seedRecording } from './recorded-run.ts';

const jobs = useJobCluster();
beforeEach(() => seedRecording(jobs.client, MIXED));

const POOL = kindNamed('IpPool').crd;

describe('a CustomResourceDefinition of the same name', () => {
  const NAME = crdName(POOL);

  /** Asserts a refusal that names the definition and has this text, with nothing written. */
  const assertInTheWay = async (text: string) => {
    const found = await readContent(jobs.client);
    const { exitCode, stdout, sentence } = await jobs.run(['tpr-to-crd']);
    assert.equal(exitCode, 3, stdout);
    assert.match(sentence, new RegExp(`^nothing was written: CustomResourceDefinition ${NAME} `));
    assert.ok(sentence.includes(text), sentence);
    assert.deepEqual(await readContent(jobs.client), found);
  };

  it('is refused with another scope', async () => {
    await define({ scope: 'Namespaced' });
    await assertInTheWay('spec.scope: found Namespaced, expected Cluster. Remove or repair it first');
  });

  it('is refused for another kind', async () => {
    await define({ names: { ...NAMES, kind: 'IpPool', listKind: 'IpPoolList' } });
    await assertInTheWay('spec.names.kind: found IpPool, expected IPPool. Remove or repair it first');
  });

  it('is refused with another version', async () => {
    await define({ version: 'v3' });
    await assertInTheWay('spec.version: found v3, expected v1. Remove or repair it first');
  });

  it('is refused while it is being deleted', async () => {
    const { client } = jobs;
    const finalizers = ['example.com/hold'];
    await define({}, { finalizers });
    await deleteObject(client, CRDS, NAME);
    await until(NAME, ({ metadata }) => isDeepStrictEqual(metadata.finalizers, finalizers));
    try {
      await assertInTheWay('is being deleted. Wait until it is gone, then start again');
    } finally {
      await patch(client, CRDS, { metadata: { name: NAME } }, { metadata: { finalizers: null } });
    }
  });

  it('is refused where another definition holds its names', async () => {
    const other = { metadata: { name: `pools.${POOL.group}` } };
    await define({ names: { ...NAMES, plural: 'pools' } }, other.metadata);
    try {
      const { exitCode, sentence } = await jobs.run(['tpr-to-crd']);
      assert.equal(exitCode, 3);
      assert.match(sentence, /Remove the definition that holds the name, then start again/);
      assert.deepEqual(await readCrdObjects(jobs.client), []);
      await assertInTheWay('cannot be used: "IPPoolList" is already in use');
    } finally {
      await deleteCrd(jobs.client, other.metadata.name);
    }
  });

  it('is used as it is where it fits', async () => {
    await define({ names: { ...NAMES, shortNames: ['pool'] } }, { labels: { own: 'yes' } });
    const { crds } = await readContent(jobs.client);
    const { exitCode, stdout } = await jobs.run(['tpr-to-crd']);
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /apply {6}customresourcedefinitions 4\/4/);
    const after = await readContent(jobs.client);
    assert.deepEqual(
      after.crds.filter(({ metadata }) => metadata.name === NAME),
      crds,
    );
  });

  const NAMES = { kind: POOL.kind, plural: POOL.plural, singular: POOL.singular };

  /** Defines pools as somebody did who does not know of us; returns when the names were judged. */
  const define = async (spec: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}) => {
    const { client } = jobs;
    const { group, version } = POOL;
    const definition = { group, version, scope: 'Cluster', names: NAMES, ...spec };
    const { object } = await create(client, CRDS, {
      metadata: { name: NAME, ...metadata },
      spec: definition,
    });
    await until(object.metadata.name, ({ status }) => status !== undefined);
  };

  const until = async (name: string, isReached: (definition: KubeObject) => boolean) => {
    const signal = AbortSignal.timeout(30_000);
    for (;;) {
      const definition = await get(jobs.client, CRDS, name);
      if (definition && isReached(definition)) return;
      await sleep(20, signal);
    }
  };
});
