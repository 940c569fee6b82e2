import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CALICO_NAMESPACE, TPR_KINDS } from '../../../jobs/lib/calico/tpr-kinds.ts';
import { THIRD_PARTY_RESOURCES } from '../../../jobs/lib/kubernetes/builtin.ts';
import { isRecord } from '../../../jobs/lib/kubernetes/object.ts';
import { get } from '../../../jobs/lib/kubernetes/write.ts';
import { defineTprs, seedNodes, seedObjects } from '../../cluster/seed.ts';
import { deleteObject, untilNotServed } from '../clean-cluster.ts';
import { backupNames, readContent, readCrdObjects, readReport } from '../content.ts';
import { useJobCluster } from '../job-cluster.ts';
import { kindNamed } from '../lib/calico/tpr-objects.ts';
import { MIXED, seedRecording } from './recorded-run.ts';

const jobs = useJobCluster();

/** Writes an object of a ThirdPartyResource kind. */
const seed = (kind: string, name: string, spec: unknown, namespace = CALICO_NAMESPACE) => {
  const { tpr } = kindNamed(kind);
  const object = { apiVersion: `${tpr.group}/v1`, kind, metadata: { name, namespace }, spec };
  return seedObjects(jobs.client, [{ plural: tpr.plural, object }]);
};

const namesOf = async () =>
  (await readCrdObjects(jobs.client)).map(({ kind, metadata }) => `${kind} ${metadata.name}`);

describe('nothing to migrate', () => {
  it('is a success that says so, with the kinds defined for the nodes that come', async () => {
    const { client, run } = jobs;
    const { exitCode, stdout, sentence } = await run(['tpr-to-crd']);
    assert.equal(exitCode, 0, stdout);
    assert.match(sentence, /^nothing to migrate: no ThirdPartyResource object in kube-system; the Custom/);
    assert.match(stdout, /backup {5}no backup needed: no object is going to be written/);
    assert.deepEqual(await backupNames(client), []);
    assert.equal((await readContent(client)).crds.length, TPR_KINDS.length);
  });

  it('is said also where objects of other namespaces are there', async () => {
    await seed('IpPool', '10-99-0-0-16', { value: '{"cidr":"10.99.0.0/16"}' }, 'staging');
    const { exitCode, sentence } = await jobs.run(['tpr-to-crd']);
    assert.equal(exitCode, 0);
    assert.match(sentence, /^nothing to migrate: .* \(1 object in other namespaces left alone\); /);
    assert.deepEqual(await namesOf(), []);
  });
});

describe('objects of other namespaces', () => {
  it('are reported and never copied, equal names and broken contents included', async () => {
    await seed('GlobalConfig', 'loglevel', { name: 'LogLevel', value: 'ours' });
    await seed('GlobalConfig', 'loglevel', { name: 'LogLevel', value: 'theirs' }, 'zoo');
    await seed('IpPool', '10-98-0-0-16', { value: '{' }, 'zoo');
    const { exitCode, stdout } = await jobs.run(['tpr-to-crd']);
    assert.equal(exitCode, 0, stdout);
    const strays = ['GlobalConfig zoo/loglevel', 'IpPool zoo/10-98-0-0-16'];
    for (const stray of strays)
      assert.ok(stdout.includes(`warning: ${stray}: not copied, Calico reads namespace kube-system only`));
    assert.deepEqual((await detailsOfReport()).otherNamespaces, strays);
    const [copy, ...others] = await readCrdObjects(jobs.client);
    assert.deepEqual(copy?.spec, { name: 'LogLevel', value: 'ours' });
    assert.deepEqual(others, []);
  });
});

describe('a kind that is not defined', () => {
  it('is said to be so, and all others are copied', async () => {
    const { client, run } = jobs;
    const { tprName, tpr } = kindNamed('SystemNetworkPolicy');
    await deleteObject(client, THIRD_PARTY_RESOURCES, tprName);
    try {
      await untilNotServed(client, tpr);
      await seed('GlobalBgpPeer', '192-0-2-1', { asNumber: 64512 });
      const { exitCode, stdout } = await run(['tpr-to-crd']);
      assert.equal(exitCode, 0, stdout);
      assert.match(stdout, /plan {7}not defined here, so nothing to copy: SystemNetworkPolicy$/m);
      assert.deepEqual(await namesOf(), ['BGPPeer 192-0-2-1']);
    } finally {
      await defineTprs(client, [tprName]);
    }
  });
});

describe('objects that cannot be converted', () => {
  const PROBLEMS = [
    'GlobalConfig kube-system/empty: spec.name: ',
    'IpPool kube-system/10-70-0-1-16: spec.value.cidr: 10.70.0.1/16 has bits set after the first 16',
    'IpPool kube-system/broken: spec.value: ',
    'GlobalBgpPeer kube-system/192-0-2-9: spec.asNumber: ',
    'SystemNetworkPolicy kube-system/odd: spec.ingress',
    'Node node-9: metadata.annotations["peer.bgp.projectcalico.org/192-0-2-7"]: ',
  ];

  /** One of each kind, beside a cluster in order. */
  const seedProblems = async () => {
    await seedRecording(jobs.client, MIXED);
    await seed('GlobalConfig', 'empty', { name: '', value: 'x' });
    await seed('IpPool', '10-70-0-1-16', { value: '{"cidr":"10.70.0.1/16"}' });
    await seed('IpPool', 'broken', { value: '{' });
    await seed('GlobalBgpPeer', '192-0-2-9', { asNumber: 'many' });
    await seed('SystemNetworkPolicy', 'odd', { selector: 'all()', ingress: 'yes' });
    const annotations = { 'peer.bgp.projectcalico.org/192-0-2-7': '{' };
    await seedNodes(jobs.client, [{ name: 'node-9', annotations }]);
  };

  it('are all listed at once, in log and report, and nothing is written', async () => {
    await seedProblems();
    const found = await readContent(jobs.client);
    const { exitCode, stdout, sentence } = await jobs.run(['tpr-to-crd']);
    assert.equal(exitCode, 3, stdout);
    assert.match(sentence, /^nothing was written: 6 objects cannot be converted \(.*--skip-invalid\)$/);
    const { outcome, reasons } = await readReport(jobs.client);
    assert.equal(outcome, 'refused');
    assert.ok(Array.isArray(reasons));
    for (const problem of PROBLEMS) {
      assert.ok(stdout.includes(`plan       error: ${problem}`), `${problem}\n${stdout}`);
      assert.ok(reasons.some(reason => String(reason).startsWith(problem)));
    }
    assert.deepEqual(await readContent(jobs.client), found);
  });

  it('are left out with --skip-invalid, each is named, and everything else is copied', async () => {
    await seedProblems();
    const { exitCode, stdout, sentence } = await jobs.run(['tpr-to-crd', '--skip-invalid']);
    assert.equal(exitCode, 0, stdout);
    assert.match(sentence, /^copied and verified: 17 created, .* 6 invalid left out; every other object has/);
    const { problems } = await detailsOfReport();
    assert.ok(Array.isArray(problems));
    for (const problem of PROBLEMS) {
      assert.ok(stdout.includes(`warning: left out: ${problem}`), `${problem}\n${stdout}`);
      assert.ok(problems.some(text => String(text).startsWith(problem)));
    }
    assert.equal((await namesOf()).length, MIXED.tprs.length);
  });
});

describe('policies', () => {
  const POLICY = kindNamed('SystemNetworkPolicy');
  const selector = "k8s_ns/label/team == 'red'";

  it('for Calico 2.6 get types, so that directions without rules keep their policy', async () => {
    await seed('SystemNetworkPolicy', 'deny', { order: 1, selector: 'all()' });
    const before = await jobs.run(['tpr-to-crd']);
    assert.match(before.stdout, /warning: .*GlobalNetworkPolic.* without types.*2\.6/);
    assert.deepEqual((await get(jobs.client, POLICY.crd, 'deny'))?.spec, { order: 1, selector: 'all()' });

    const flags = ['--target-version', 'v2.6.12', '--on-conflict', 'overwrite'];
    const { exitCode, stdout } = await jobs.run(['tpr-to-crd', ...flags]);
    assert.equal(exitCode, 0, stdout);
    assert.deepEqual((await get(jobs.client, POLICY.crd, 'deny'))?.spec, {
      ...{ order: 1, selector: 'all()' },
      types: ['ingress', 'egress'],
    });
  });

  it('with namespace labels in a selector are reported, which 2.6 does not match any more', async () => {
    await seed('SystemNetworkPolicy', 'teams', {
      selector: 'all()',
      ingress: [{ action: 'allow', source: { selector } }],
    });
    const { exitCode, stdout } = await jobs.run(['tpr-to-crd', '--target-version', '2.6']);
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /warning: SystemNetworkPolicy kube-system\/teams: .*k8s_ns\/label\//);
    const copy = await get(jobs.client, POLICY.crd, 'teams');
    assert.ok(isRecord(copy?.spec));
    assert.deepEqual(copy.spec.ingress, [{ action: 'allow', source: { selector } }], 'not rewritten');
  });
});

async function detailsOfReport(): Promise<Record<string, unknown>> {
  const { details } = await readReport(jobs.client);
  assert.ok(isRecord(details));
  return details;
}
