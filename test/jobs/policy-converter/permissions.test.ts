import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { DAEMON_SETS, DEPLOYMENTS, NETWORK_POLICIES } from '../../../jobs/lib/kubernetes/builtin.ts';
import { neededAccess } from '../../../jobs/policy-converter/access.ts';
import type { Fault } from '../../faults/fault.ts';
import { kubernetesRequest } from '../../faults/kubernetes-request.ts';
import { startFaultProxy } from '../../faults/proxy.ts';
import { accountWith, manifestRights, type Right, rightText } from '../job-rights.ts';
import { makePodFiles } from '../pod-files.ts';
import { policyNames, readWorld } from './seed-world.ts';
import { useConverter } from './use-converter.ts';

const rights = manifestRights('policy-conversion-job.yaml');

/** Used on old servers only: later ones serve these kinds in another group. */
const isOld = ({ group }: Right): boolean => group === 'extensions';

const { jobs } = useConverter();

describe('a job with the rights of manifests/policy-conversion-job.yaml', () => {
  it('converts, converts again and reverts, uses each of the rights, and records an Event on its Job', async () => {
    const { cluster, client, run } = jobs;
    const upstream = { url: cluster.server, ca: cluster.ca };
    await using proxy = await startFaultProxy({ upstream, certificate: cluster.localhost });
    const kubeconfig = await accountWith(cluster, client, rights, { server: proxy.url });
    const original = policyNames(await readWorld(client));
    const pod = await makePodFiles(client, cluster.directory, 'all-rights');
    // Where an answer is lost, the job reads what it has made.
    const lost = (path: RegExp): Fault => ({
      match: { methods: ['POST'], path },
      action: { do: 'reset-after' },
    });
    proxy.setFaults([lost(/\/networkpolicies$/), lost(/\/configmaps$/)]);
    for (const args of [[], [], ['--revert']]) {
      const { exitCode, stdout } = await run(['policy-converter', ...args], { kubeconfig, env: pod.env });
      assert.equal(exitCode, 0, stdout);
      assert.doesNotMatch(stdout, /warning: cannot/);
    }
    assert.deepEqual(policyNames(await readWorld(client)), original);
    assert.equal((await pod.events()).length, 3);
    const used = proxy.requests.flatMap(({ method, path }) => kubernetesRequest(method, path) ?? []);
    const unused = rights.filter(right => !used.some(request => allows(right, request)));
    assert.deepEqual(unused.map(rightText), rights.filter(isOld).map(rightText));
  });
});

const allows = (right: Right, request: NonNullable<ReturnType<typeof kubernetesRequest>>): boolean =>
  right.verb === request.verb &&
  right.group === request.group &&
  right.resource === request.resource &&
  (right.namespace === undefined || right.namespace === request.namespace) &&
  (right.name === undefined || right.name === request.name);

// F16
describe('each right of the manifest', () => {
  let env: Readonly<Record<string, string>>;
  before(async () => {
    const { client, cluster } = await jobs.ready;
    ({ env } = await makePodFiles(client, cluster.directory, 'one-missing'));
  });

  it('is asked for before anything is written', async t => {
    const { cluster, client, run } = jobs;
    for (const missing of rights.filter(right => !isOld(right))) {
      await t.test(rightText(missing), async () => {
        const found = await readWorld(client);
        const others = rights.filter(right => right !== missing);
        const kubeconfig = await accountWith(cluster, client, others);
        const { exitCode, sentence, stdout } = await run(['policy-converter'], {
          kubeconfig,
          // Each run is a pod of its own: a refusal is remembered.
          env: { ...env, CALICO_UPGRADE_STATE_DIR: '' },
        });
        assert.equal(exitCode, 3, stdout);
        assert.equal(sentence.match(/ may not: (.*?)\. Grant/)?.[1], accessWords(missing));
        assert.deepEqual(await readWorld(client), found);
      });
    }
  });

  it('is one that the job asks for on some version of Kubernetes, and none is left out', () => {
    const places = { namespace: 'default', backupToConfigMap: true, reportToConfigMap: true, inPod: true };
    const asked = NETWORK_POLICIES.flatMap(policies =>
      DAEMON_SETS.flatMap(daemonSets =>
        DEPLOYMENTS.flatMap(deployments =>
          neededAccess({ policies, daemonSets, deployments }, places, false),
        ),
      ),
    ).map(({ namespace, name, ...access }) => rightText({ ...access, namespace, name }));
    assert.deepEqual([...new Set(asked)].sort(), rights.map(rightText).sort());
  });

  it('that writes is not needed for a dry run', async () => {
    const { cluster, client, run } = jobs;
    const reading = rights.filter(({ verb, resource, namespace }) => {
      return verb === 'list' || (resource === 'configmaps' && namespace === 'kube-system');
    });
    const kubeconfig = await accountWith(cluster, client, reading);
    const { exitCode, stdout } = await run(['policy-converter', '--dry-run'], { kubeconfig });
    assert.equal(exitCode, 0, stdout);
    assert.match(
      stdout,
      /warning: for the run without --dry-run: the service account or user may not: get networkpolicies/,
    );
  });
});

/** The missing right as the job words it. */
function accessWords({ verb, group, resource, name, namespace }: Right): string {
  const what = group ? `${resource}.${group}` : resource;
  return `${verb} ${what}${name ? ` "${name}"` : ''}${namespace ? ` in namespace ${namespace}` : ''}`;
}
