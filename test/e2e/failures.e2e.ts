import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { loadAll } from 'js-yaml';
import { isKubeObject, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { kubectl } from '../cluster/nodes/commands.ts';
import { eventually } from '../demo/eventually.ts';
import { hostedCalico, waitForCalico } from '../demo/hosted-calico.ts';
import { cachedJobImage, jobImageName } from '../image/cached-job-image.ts';
import { readContent } from '../jobs/content.ts';
import { endOf, podBecomes, podNamedBy } from './job-pods.ts';
import { type OldCluster, startOldCluster } from './old-cluster.ts';
import { commandOf, commandsOf } from './readme.ts';
import { startWriteGate, type WriteGate } from './write-gate.ts';

const COPY = '### 4. Copy';
const APPLY = commandOf(COPY, 'kubectl apply');
const DESCRIBE = commandOf(COPY, 'kubectl describe');
const DELETE = commandOf('### 3. Dry run', 'kubectl delete');
const CALICO_ON_FIRST = '-n kube-system -l k8s-app=calico-node --field-selector spec.nodeName=n1';

/** A role without the rule about Nodes; anything else as it is. */
function withoutNodes(object: KubeObject): KubeObject {
  if (!Array.isArray(object.rules)) return object;
  return { ...object, rules: object.rules.filter(rule => !JSON.stringify(rule).includes('"nodes"')) };
}

describe('on a cluster of two nodes with Calico 2.4, an operator', () => {
  let old: OldCluster;
  let gate: WriteGate;
  before(async () => {
    const images = new Map([[jobImageName, await cachedJobImage()]]);
    old = await startOldCluster({ name: 'failures', nodes: 2, images });
    gate = await startWriteGate(old.cluster);
    await takeManifests();
  });
  afterEach(async () => {
    gate.open();
    await run(`${DELETE} --ignore-not-found`);
  });
  after(async () => {
    await gate?.[Symbol.asyncDispose]();
    await old?.stop();
  });
  const run = (line: string) => old.operator.run(line);
  const lastPod = () => podNamedBy(old.operator, DESCRIBE);

  async function takeManifests(): Promise<void> {
    await old.operator.takeManifests();
    const sed = commandsOf('### 2. Put the image into your registry').at(-1) ?? '';
    await run(sed.replaceAll('registry.example.com', old.cluster.registry));
  }

  /** The sentence of a refusal, after seeing that log, pod and Job say the same, and that nothing was written. */
  async function refusalOf(change: () => Promise<unknown>): Promise<string> {
    const content = await readContent(old.client);
    await change();
    const name = await lastPod();
    const [sentence = ''] = (await endOf(old.client, name, 3)).split('\n');
    const log = await run(`kubectl logs ${name}`);
    assert.ok(log.includes(sentence), log);
    const spaceless = (text: string) => text.replaceAll(/\s+/g, '');
    for (const what of [DESCRIBE, `kubectl describe pod ${name}`]) {
      const described = spaceless(await run(what));
      assert.ok(described.includes(spaceless(sentence)), described);
    }
    assert.match(await run(DESCRIBE), /^ +Warning +Refused +/m);
    assert.deepEqual(await readContent(old.client), content);
    return sentence;
  }

  it('whose role has no rights on Nodes is told so', async () => {
    const sentence = await refusalOf(async () => {
      const manifest = await readFile(join(old.operator.directory, 'manifests/upgrade-job.yaml'), 'utf8');
      const items = loadAll(manifest).filter(isKubeObject).map(withoutNodes);
      await kubectl(old.cluster, ['apply', '-f', '-'], { apiVersion: 'v1', kind: 'List', items });
    });
    assert.match(
      sentence,
      /^the .* may not: list nodes; get nodes; patch nodes\. Grant .* \(check permissions\)$/,
    );
  });

  it('whose first node runs 2.5 already is refused, also after its repair, until he deletes the job', async () => {
    const calico = (version: 'v2.4.1' | 'v2.5.1') =>
      kubectl(old.cluster, ['apply', '-f', '-'], hostedCalico(old.cluster, version));
    await calico('v2.5.1');
    await run(`kubectl delete pod ${CALICO_ON_FIRST}`);
    await waitForCalico(old.cluster);
    await calico('v2.4.1');
    const sentence = await refusalOf(() => run(APPLY));
    assert.match(
      sentence,
      /: Pod calico-node-\w+ has \S+\/calico\/node:v2\.5\.1\. .*\(check calico-version\)$/,
    );

    await run(`kubectl delete pod ${CALICO_ON_FIRST}`);
    await waitForCalico(old.cluster);
    const content = await readContent(old.client);
    const name = await lastPod();
    const again = await podBecomes(old.client, name, 'is started again', ({ restarts }) => restarts >= 2);
    assert.match(again.ended?.message ?? '', /not tried again: delete the Job and apply it anew/);
    assert.deepEqual(await readContent(old.client), content);
  });

  it('whose pod is deleted in the middle sees the next one finish', async () => {
    const writing = gate.holdAt(12);
    await run(APPLY);
    await writing;
    const first = await lastPod();
    const deleted = run(`kubectl delete pod ${first}`);
    const second = await eventually('there is another pod', async () => {
      const name = await lastPod();
      return name !== first && name;
    });
    gate.open();
    await deleted;
    const message = await endOf(old.client, second, 0);
    const [, created, unchanged] =
      /verified: (\d+) created, 0 overwritten, (\d+) unchanged/.exec(message) ?? [];
    assert.equal(Number(created) + Number(unchanged), 35, message);
    assert.ok(Number(unchanged) >= 5, message);
    await run('kubectl wait --for=condition=complete --timeout=20s job/calico-upgrade-v2.5');
  });

  it('whose node fails in the middle sees the job go on when it is back', async () => {
    await run('kubectl delete crd globalnetworkpolicies.crd.projectcalico.org');
    const writing = gate.holdAt(2);
    await run(APPLY);
    await writing;
    const name = await lastPod();
    const { node } = await podBecomes(old.client, name, 'runs', ({ running }) => running);
    await old.cluster.stopNode(node);
    gate.open();
    await old.cluster.startNode(node);
    const { phase } = await podBecomes(old.client, name, 'succeeds', pod => pod.phase === 'Succeeded');
    assert.equal(phase, 'Succeeded');
  });

  it('who forgot the image reads that, and the job starts when it is there', async () => {
    const missing = `${old.cluster.registry}/calico-upgrade/job:0.1.1`;
    await run(`sed 's#job:0.1.0#job:0.1.1#' manifests/upgrade-job.yaml | kubectl apply -f -`);
    const name = await lastPod();
    await podBecomes(old.client, name, 'cannot be started', ({ waiting }) => waiting === 'ErrImagePull');
    const described = await run(`kubectl describe pod ${name}`);
    assert.match(described, new RegExp(`Failed to pull image "${missing}": .*not found`));
    await old.cluster.push(await cachedJobImage(), 'calico-upgrade/job:0.1.1');
    const message = await endOf(old.client, name, 0);
    assert.match(message, /^copied and verified: 0 created, 0 overwritten, 35 unchanged; /);
  });
});
