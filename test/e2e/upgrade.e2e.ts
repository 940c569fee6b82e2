import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { withoutServerFields } from '../../jobs/lib/kubernetes/clean.ts';
import { inNode } from '../cluster/nodes/commands.ts';
import { eventually } from '../demo/eventually.ts';
import { hostedCalico } from '../demo/hosted-calico.ts';
import { controllerImageName } from '../image/cached-controller-image.ts';
import { jobImageName } from '../image/cached-job-image.ts';
import { readContent, readTprObjects } from '../jobs/content.ts';
import { assertSameSessions, type BgpSession, bgpSessions } from './bgp-sessions.ts';
import { containerFacts } from './container-facts.ts';
import { endOf, podBecomes, podNamedBy } from './job-pods.ts';
import { forgetImages, layerSizes, npmRegistry, pushBaseImages, withBuildah } from './mirror.ts';
import { type OldCluster, startOldCluster } from './old-cluster.ts';
import { countPackets, packetsSent } from './packets.ts';
import { commandOf, commandsOf } from './readme.ts';
import { type WatchedNetwork, watchNetwork } from './watched-network.ts';
import { startWriteGate, type WriteGate } from './write-gate.ts';

const IMAGE = '### 2. Put the image into your registry';
const COPY = '### 4. Copy';
const DESCRIBE = commandOf(COPY, 'kubectl describe');
const DESCRIBE_CLEANER = 'kubectl describe job/calico-upgrade-tpr-cleaner';
const DELETE = commandOf('### 3. Dry run', 'kubectl delete');
const EXAMPLE = 'registry.example.com';
const CALICO_PODS = 'kubectl -n kube-system get pods -l k8s-app=calico-node';

const isKubectl = (line: string) => line.startsWith('kubectl ');
const mayNodes = (words: string) =>
  `kubectl auth can-i ${words} -n kube-system --as system:serviceaccount:kube-system:calico-node`;

describe('an operator with the README, at a cluster of three nodes with Calico 2.4', () => {
  let old: OldCluster;
  let gate: WriteGate;
  let network: WatchedNetwork;
  let sessions: readonly BgpSession[];
  before(async () => {
    old = await startOldCluster({ name: 'upgrade' });
    [gate, network] = await Promise.all([startWriteGate(old.cluster), watchNetwork(old.cluster)]);
    await Promise.all([countPackets(old.cluster, [old.cluster.server]), pushBaseImages(old.cluster)]);
    sessions = await bgpSessions(old.cluster);
  });
  after(async () => {
    await gate?.[Symbol.asyncDispose]();
    await forgetImages(old.cluster);
    await old?.stop();
  });
  const here = (line: string) => line.replaceAll(EXAMPLE, old.cluster.registry);
  const run = (line: string) => old.operator.run(line);
  const lastPod = () => podNamedBy(old.operator, DESCRIBE);

  it('builds the image from a private registry, and carries it as a file', async t => {
    const commands = commandsOf(IMAGE);
    const private_ = commands.find(line => line.includes('BUILD_IMAGE=')) ?? '';
    const build = private_.replace(`https://${EXAMPLE}/npm/`, await npmRegistry());
    const save = commands.find(line => line.startsWith('docker save')) ?? '';
    const load = commands.find(line => / && docker push /.test(line)) ?? '';
    for (const line of [build, save, load]) await run(withBuildah(here(line)));
    const names = (await readFile(join(old.operator.directory, 'manifests/images.txt'), 'utf8')).trim();
    assert.deepEqual(names.split('\n'), [controllerImageName, jobImageName]);
    const [repository = '', tag = ''] = jobImageName.split(':');
    const answer = await fetch(`http://${old.cluster.registry}/v2/${repository}/tags/list`);
    assert.deepEqual(await answer.json(), { name: repository, tags: [tag] });
    const layers = await layerSizes(old.cluster.registry, repository, tag);
    const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
    const all = layers.reduce((sum, size) => sum + size, 0);
    const own = layers.at(-1) ?? Number.NaN;
    t.diagnostic(`${jobImageName}: ${mib(all)} MiB in the registry, of which ${mib(own)} MiB are ours`);
    assert.ok(own <= 10e6, `our layer has ${own} bytes`);
  });

  it('names the registry in the manifests', async () => {
    await run(here(commandsOf(IMAGE).at(-1) ?? ''));
    const image = `image: ${old.cluster.registry}/${jobImageName}`;
    const found = await run(`grep -hE ' image: ' manifests/*-job.yaml | sort -u`);
    assert.equal(found.trim(), image);
  });

  it('sees in a dry run what would be done, and nothing is done', async () => {
    const content = await readContent(old.client);
    const [dryRun = '', logs = '', remove = ''] = commandsOf('### 3. Dry run');
    await run(dryRun);
    await endOf(old.client, await lastPod(), 0);
    const log = await run(logs);
    assert.match(log, /preflight +Calico 2\.4\.1\n/);
    assert.match(log, /report +dry run: 35 to create, 0 to overwrite, 0 unchanged, 2 nodes to change\n$/);
    await run(remove);
    assert.deepEqual(await readContent(old.client), content);
  });

  it('copies, while the container has no more rights than it needs', async () => {
    const [apply = '', describe = '', logs = ''] = commandsOf(COPY);
    const writing = gate.holdAt(10);
    await run(apply);
    await writing;
    const name = await lastPod();
    const { node } = await podBecomes(old.client, name, 'runs', ({ running }) => running);
    assert.deepEqual(await containerFacts(old.cluster, node), {
      users: '65532 65532 65532 65532',
      groups: '65532 65532 65532 65532',
      capabilities: Array(5).fill('0000000000000000'),
      noNewPrivileges: false,
      writing: 'Read-only file system',
      networkOfNode: true,
      processesOfNode: false,
    });
    gate.open();
    const message = await endOf(old.client, name, 0);
    const log = await run(logs.replace('<upgrade-pod-name>', name));
    const sentence = /report +(copied and verified: 35 created, .*)\n$/.exec(log)?.[1] ?? assert.fail(log);
    assert.ok(message.startsWith(`${sentence}\n`), message);
    assert.ok((await run(describe)).includes(sentence), 'describe shows the Event');
  });

  it('has verified copies and a report, and kubectl shows them', async () => {
    const [felix = '', bgp = '', report = ''] = commandsOf('### 5. Verify').filter(isKubectl);
    assert.match(await run(felix), /^ipv6support .*\n(.*\n)*logseverityscreen /m);
    assert.match(await run(bgp), /^asnumber /m);
    assert.match(await run(report), /outcome: done\n/);
  });

  it('applies again, also by the kustomization: nothing is left to do', async () => {
    const content = await readContent(old.client);
    await run(commandOf(COPY, 'kubectl apply'));
    assert.equal(await run('kubectl get pods -l job-name=calico-upgrade-v2.5 -o name | wc -l'), '1\n');
    await old.operator.takeManifests();
    await run(
      `sed -i 's#\\# newName: ${EXAMPLE}#newName: ${old.cluster.registry}#' manifests/kustomization.yaml`,
    );
    await run(`${DELETE} && kubectl apply -k manifests`);
    const message = await endOf(old.client, await lastPod(), 0);
    assert.match(message, /^copied and verified: 0 created, 0 overwritten, 35 unchanged; every object /);
    assert.deepEqual(await readContent(old.client), content);
  });

  it('has left calico-node alone, with each of its BGP sessions', async () => {
    assertSameSessions(await bgpSessions(old.cluster), sessions);
  });

  it('upgrades the nodes, one after the other', async () => {
    await writeFile(
      join(old.operator.directory, '2.5.yaml'),
      JSON.stringify(hostedCalico(old.cluster, 'v2.5.1')),
    );
    const [bothRights = '', cordon = '', remove = '', watch = '', uncordon = '', rbac = '', narrow = ''] =
      commandsOf('### 6. Upgrade Calico');
    await run(bothRights);
    assert.equal(await run(mayNodes('list ippools.projectcalico.org')), 'yes\n');
    assert.equal(await run(mayNodes('list ippools.crd.projectcalico.org')), 'yes\n');
    await run('kubectl apply -f 2.5.yaml');
    for (const { name } of old.cluster.nodes) {
      const onNode = (line: string) => line.replace('node-01', name);
      const pod = await run(`${CALICO_PODS} --field-selector spec.nodeName=${name} -o name`);
      await run(onNode(cordon));
      await run(remove.replace(/<.*>/, pod.trim().replace('pod/', '')));
      await old.operator.watch(watch, new RegExp(`^calico-node-\\S+ +1/1 +Running .* ${name} `));
      await run(onNode(uncordon));
    }
    assert.equal(
      await run(`${CALICO_PODS} -o jsonpath='{.items[*].spec.containers[*].image}'`),
      here(Array(3).fill(`${EXAMPLE}/calico/node:v2.5.1`).join(' ')),
    );
    await run(rbac);
    assert.equal(await run(mayNodes('list ippools.projectcalico.org')), 'yes\n');
    await run(narrow);
    assert.equal(await run(mayNodes('list ippools.crd.projectcalico.org')), 'yes\n');
    assert.match(await run(`${mayNodes('list ippools.projectcalico.org')} || true`), /^no/);
  });

  it('is refused to clean up while an object has no copy, and told how to go on', async () => {
    await run(here(commandsOf(IMAGE).at(-1) ?? ''));
    const [look = '', logs = '', forget = ''] = commandsOf('### 7. Clean up');
    await run(look);
    await endOf(old.client, await podNamedBy(old.operator, DESCRIBE_CLEANER), 3);
    // The container is started again after its refusal, and has said nothing yet at first.
    const command = await eventually('the log says how to go on', async () => {
      const log = await run(logs);
      return /staging\/logseverityscreen: .* nobody needs it: (.*)$/m.exec(log)?.[1];
    });
    await run(command);
    await run(forget);
  });

  it('cleans up, and goes back by the backup', async () => {
    const objects = async () => (await readTprObjects(old.client)).map(withoutServerFields);
    const before = await objects();
    const [look = '', looks = '', forget = '', confirm = '', wait = '', logs = ''] =
      commandsOf('### 7. Clean up');
    await run(look);
    await run(wait);
    assert.match(await run(looks), /dry run: 5 ThirdPartyResources to delete, and with them 35 objects/);
    assert.deepEqual(await objects(), before);
    await run(forget);
    await run(confirm);
    await run(wait);
    const log = await run(logs);
    const [, name = ''] =
      /deleted and verified: 5 .* 35 objects.* --backup (calico-upgrade-backup-\w+)/.exec(log) ??
      assert.fail(log);
    assert.deepEqual(await objects(), []);

    const [list = '', restore = ''] = commandsOf('### Go back');
    assert.match(await run(list), new RegExp(`^${name} `, 'm'));
    await run(`sed -i 's#BACKUP, value: ""#BACKUP, value: ${name}#' manifests/restore-job.yaml`);
    await run(restore);
    await run('kubectl wait --for=condition=complete --timeout=60s job/calico-upgrade-restore');
    assert.deepEqual(await objects(), before);
  });

  it('has disturbed no connection of any pod', () => network.assertUndisturbed());

  it('has sent packets from jobs to the API server, and to nothing else', async () => {
    const [toApiServer = 0, elsewhere] = await packetsSent(old.cluster);
    assert.ok(toApiServer > 100, `${toApiServer} packets`);
    assert.equal(elsewhere, 0);
  });

  it('has only images from the private registry, on every node', async () => {
    for (const { name } of old.cluster.nodes) {
      const images = (await inNode(old.cluster, name, 'ctr', '-n', 'k8s.io', 'images', 'list', '-q')).split(
        '\n',
      );
      const ours = (image: string) =>
        image.startsWith(`${old.cluster.registry}/`) || image.startsWith('sha256:');
      assert.deepEqual(
        images.filter(image => !ours(image)),
        [],
      );
    }
  });
});
