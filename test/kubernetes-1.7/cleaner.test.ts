import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { THIRD_PARTY_RESOURCES } from '../../jobs/lib/kubernetes/builtin.ts';
import { list } from '../../jobs/lib/kubernetes/list.ts';
import { deleteObject } from '../jobs/clean-cluster.ts';
import { onlyBackup } from '../jobs/content.ts';
import type { JobResult } from '../jobs/job-process.ts';
import { accountWith, manifestRights } from '../jobs/job-rights.ts';
import { kindNamed } from '../jobs/lib/calico/tpr-objects.ts';
import { COPIED_OBJECTS, tprTexts, useCleanerCluster } from '../jobs/tpr-cleaner/cleaner-cluster.ts';
import { unknownTo17 } from './known-requests.ts';
import { type OldServer, startOldServer } from './old-server.ts';
import { recorded } from './recordings.ts';

const POOL = kindNamed('IpPool');
const COUNT = COPIED_OBJECTS.length;

describe('tpr-cleaner on an API server that behaves as Kubernetes 1.7.5 did', () => {
  const jobs = useCleanerCluster();
  let server: OldServer;
  let kubeconfig: string;

  before(async () => {
    const { cluster, client } = await jobs.ready;
    server = await startOldServer(cluster);
    kubeconfig = await accountWith(cluster, client, manifestRights('tpr-cleanup-job.yaml'), {
      server: server.url,
    });
  });
  after(() => server?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    server.reset();
    await jobs.upgraded();
  });
  const run = (...args: readonly string[]): Promise<JobResult> =>
    jobs.run(['tpr-cleaner', ...args], { kubeconfig });

  it('deletes everything, and sends nothing that 1.7.5 does not know', async () => {
    const { exitCode, stdout, sentence } = await run('--confirm');
    assert.equal(exitCode, 0, stdout);
    assert.match(
      sentence,
      new RegExp(`^deleted and verified: 5 ThirdPartyResources, and with them ${COUNT} `),
    );
    assert.deepEqual(await tprTexts(jobs), []);
    assert.deepEqual(server.requests.map(unknownTo17).filter(Boolean), []);
  });

  it('sees objects of a kind that was deleted before the API server was started again', async () => {
    // Deleted beside others of its group, and then forgotten by the server: its objects are stored, and not served.
    await deleteObject(jobs.client, THIRD_PARTY_RESOURCES, POOL.tprName);
    const absent = recorded('lease api (absent)').response;
    let definedAgain = false;
    server.reset((request, answer) => {
      const defines = request.method === 'POST' && request.path.endsWith('/thirdpartyresources');
      definedAgain ||= defines && request.body.includes(POOL.tprName);
      const asked = request.path.startsWith('/apis/projectcalico.org/v1/ippools');
      return asked && !definedAgain ? absent : answer;
    });
    const dry = await run();
    assert.equal(dry.exitCode, 0, dry.stdout);
    assert.match(
      dry.stdout,
      /warning: ThirdPartyResource ip-pool\.projectcalico\.org is not defined, though others/,
    );
    assert.match(
      dry.sentence,
      new RegExp(`4 ThirdPartyResources to delete, and with them ${COUNT - 7} objects`),
    );

    const { exitCode, stdout, sentence } = await run('--confirm');
    assert.equal(exitCode, 0, stdout);
    assert.match(
      stdout,
      /ThirdPartyResource ip-pool\.projectcalico\.org defined again, to see what it holds/,
    );
    assert.match(
      sentence,
      new RegExp(`^deleted and verified: 5 ThirdPartyResources, and with them ${COUNT} `),
    );
    assert.match((await onlyBackup(jobs.client))?.get('ippools.json') ?? '', /10-64-0-0-16/);
    assert.deepEqual(await tprTexts(jobs), []);
  });

  it('goes no further where an API server that was started again forgets a kind in the middle', async () => {
    const absent = recorded('lease api (absent)').response;
    let deleted = false;
    server.reset((request, answer) => {
      deleted ||= request.method === 'DELETE' && request.path.endsWith(POOL.tprName);
      return deleted && request.path.startsWith('/apis/projectcalico.org/v1/ippools') ? absent : answer;
    });
    const { exitCode, stdout, sentence } = await run('--confirm');
    assert.equal(exitCode, 1, stdout);
    assert.match(sentence, /its objects are all there .*IpPool cannot be seen any more/);
    server.reset();
    assert.equal((await list(jobs.client, POOL.tpr))?.length, 7);
    assert.equal((await run('--confirm')).exitCode, 0);
    assert.deepEqual(await tprTexts(jobs), []);
  });
});
