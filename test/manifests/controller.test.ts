import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { load, loadAll } from 'js-yaml';
import { DATA_JOBS } from '../../controller/jobs/data-jobs.ts';
import { createPatience } from '../../controller/jobs/patience.ts';
import { advanceJob, JOB_RIGHTS, removeJob } from '../../controller/jobs/run-job.ts';
import { PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import { connect, type KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { list } from '../../jobs/lib/kubernetes/list.ts';
import { isKubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { manifestJob } from '../controller/jobs/manifest-job.ts';
import { eventually } from '../demo/eventually.ts';
import { manifestRights, rightText } from '../jobs/job-rights.ts';
import { CONTROLLER_JOBS, controllerJobs } from './controller-jobs.ts';
import { CONTROLLER_FOR_NEWER, kustomize, MANIFESTS } from './kustomize.ts';

const CRD = 'calicoupgrades.upgrade.projectcalico.org';

describe('manifests/controller-jobs.yaml', () => {
  it('has the accounts and rights of all jobs that a controller starts', () => {
    const hint = 'write it anew: npm run manifests';
    assert.equal(readFileSync(CONTROLLER_JOBS, 'utf8'), controllerJobs(), hint);
  });
});

describe('the Deployment of the controller', () => {
  it('tolerates every taint, but is taken from a node that is gone: the first toleration that fits counts', () => {
    const text = readFileSync(join(MANIFESTS, 'controller.yaml'), 'utf8');
    const [, list = ''] = /^ {6}tolerations:\n((?: {8}- .*\n)+)/m.exec(text) ?? [];
    const gone = ['unreachable', 'not-ready'].map(name => ({
      ...{ key: `node.kubernetes.io/${name}`, operator: 'Exists', effect: 'NoExecute' },
      tolerationSeconds: 300,
    }));
    assert.deepEqual(load(list), [...gone, { operator: 'Exists' }]);
  });
});

describe('the manifests of the controller, as they are shipped', () => {
  let cluster: Cluster;
  let client: KubeClient;

  before(async () => {
    cluster = await startCluster({ name: 'controller-manifests' });
    client = connect({ kubeconfig: cluster.kubeconfig });
  });
  after(async () => {
    await client?.close();
    await cluster?.stop();
  });

  async function kubectl(args: readonly string[], input?: string): Promise<string> {
    const { stdout, stderr, exitCode } = await cluster.kubectl(args, input === undefined ? {} : { input });
    assert.equal(exitCode, 0, stderr);
    return stdout;
  }

  const established = () => kubectl(['wait', '--for=condition=Established', `crd/${CRD}`]);

  /** Applies every example, as kubectl checks it with the definition. */
  async function applyExamples(): Promise<void> {
    for (const file of readdirSync(join(MANIFESTS, 'examples')))
      await kubectl(['apply', '-f', join(MANIFESTS, 'examples', file)]);
  }

  it('define CalicoUpgrades for old clusters, with which the examples can be applied', async () => {
    const documents = loadAll(readFileSync(join(MANIFESTS, 'controller.yaml'), 'utf8'));
    const definition = documents.find(document => isKubeObject(document) && document.metadata.name === CRD);
    await kubectl(['apply', '-f', '-'], JSON.stringify(definition));
    await established();
    await applyExamples();
    assert.match(await kubectl(['get', 'cup', '-o', 'name']), /^calicoupgrade\.upgrade\S+\/to-3\.0$/m);
    await kubectl(['delete', 'crd', CRD]);
  });

  it('are accepted by newer clusters with the patches of the kustomization, and show where an upgrade is', async () => {
    const manifests = await kustomize({
      ...CONTROLLER_FOR_NEWER,
      '# newName: registry.example.com/calico-upgrade/controller':
        'newName: registry.example.com/calico-upgrade/controller',
      'StrategicMerge: []': 'StrategicMerge: [patches/pull-secret-controller.yaml]',
    });
    await kubectl(['apply', '-f', '-'], manifests);
    await established();
    await applyExamples();
    const columns = await kubectl(['get', 'calicoupgrades']);
    assert.match(columns, /^NAME +PHASE +FROM +TARGET +UPDATED +TOTAL +MESSAGE +AGE\n/);
    const subresource = `/apis/upgrade.projectcalico.org/v1alpha1/calicoupgrades/to-3.0/status`;
    assert.match(await kubectl(['get', '--raw', subresource]), /"targetVersion":"v3\.0\.12"/);
    await kubectl(['-n', 'calico-upgrade', 'get', 'deployment', 'calico-upgrade-controller']);
    const [pod] = await eventually('the Deployment has its pod', async () => {
      const pods = (await list(client, PODS, { namespace: 'calico-upgrade' })) ?? [];
      return pods.length > 0 && pods;
    });
    assert.match(JSON.stringify(pod), /"image":"registry\.example\.com\/calico-upgrade\/controller:0\.1\.0"/);
    assert.match(JSON.stringify(pod), /"imagePullSecrets":\[\{"name":"registry-credentials"\}\]/);
  });

  it('let the controller start every job, with an account that is there', async () => {
    const token = await cluster.serviceAccountToken('calico-upgrade', 'calico-upgrade-controller');
    const controller = connect({ kubeconfig: await cluster.kubeconfigFor({ token }) });
    try {
      for (const command of DATA_JOBS) {
        const job = await manifestJob(command);
        await advanceJob(controller, job, createPatience());
        await eventually(`${command} has its pod`, async () => {
          const outcome = await advanceJob(controller, job, createPatience());
          return outcome.state === 'running' && outcome.message.includes(': pod ');
        });
        await removeJob(controller, job, new AbortController().signal);
      }
    } finally {
      await controller.close();
    }
  });

  it('give the controller the rights on Jobs that it uses', () => {
    const rights = manifestRights('controller.yaml').map(rightText);
    for (const namespace of ['default', 'kube-system'])
      for (const { resource, verbs } of JOB_RIGHTS)
        for (const verb of verbs) {
          const { group, plural } = resource;
          const right = rightText({ namespace, group, resource: plural, name: undefined, verb });
          assert.ok(rights.includes(right), right);
        }
  });
});
