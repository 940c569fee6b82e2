import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { calicoInstall } from '../../../jobs/lib/calico/calico-install.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import type { Check } from '../../../jobs/lib/run/checks.ts';
import { type ApiFacts, checkApi, checkCalico } from '../../../jobs/tpr-to-crd/checks.ts';
import { calicoDaemonSet } from '../calico-install.ts';
import { kindNamed, tprObject } from '../lib/calico/tpr-objects.ts';

const failedOf = (checks: readonly Check[]): Record<string, string> =>
  Object.fromEntries(checks.filter(({ ok }) => !ok).map(({ name, text }) => [name, text]));

describe('Kubernetes', () => {
  const version = (minor: number, gitVersion = `v1.${minor}.0`) => ({ major: 1, minor, gitVersion });
  const api = (facts: Partial<ApiFacts>) =>
    failedOf(
      checkApi({ version: version(7), servesCrds: true, servesTprs: true, fromEtcd: false, ...facts }),
    );

  it('at 1.7 is right, also that of a vendor', () => {
    assert.deepEqual(api({}), {});
    assert.deepEqual(api({ version: version(7, 'v1.7.12-gke.2') }), {});
  });

  it('below 1.7 has to be upgraded first', () => {
    const failed = api({ version: version(6, 'v1.6.13'), servesCrds: false });
    assert.deepEqual(Object.keys(failed), ['kubernetes-version', 'customresourcedefinitions']);
    for (const text of Object.values(failed)) assert.match(text, /^Kubernetes v1\.6\.13 .*1\.7 first$/);
  });

  it('without ThirdPartyResources leaves two ways, unless they are read from etcd', () => {
    const later = { version: version(8), servesTprs: false };
    assert.match(
      api(later).thirdpartyresources ?? '',
      /^Kubernetes v1\.8\.0 does not serve ThirdPartyResources.*--from-etcd, or go back to Kubernetes 1\.7$/,
    );
    assert.deepEqual(api({ ...later, fromEtcd: true }), {});
  });

  it('of a later major version is no older one', () => {
    assert.deepEqual(api({ version: { major: 2, minor: 0, gitVersion: 'v2.0.0' } }), {});
  });
});

describe('Calico', () => {
  const [, daemonSet] = calicoDaemonSet();
  const podWith = (image: string, index = 0): KubeObject => ({
    metadata: { name: `calico-node-${index}` },
    spec: { containers: [{ name: 'calico-node', image }] },
  });
  const setting = (value: string) =>
    tprObject(kindNamed('GlobalConfig'), 'calicoversion', { name: 'CalicoVersion', value });
  const calico = (pods: readonly KubeObject[], configs: readonly KubeObject[] = []) =>
    checkCalico(calicoInstall({ daemonSet, pods }), configs);

  it('is told by the images: node v1.3.0 is Calico 2.3', () => {
    const checks = calico([podWith('quay.io/calico/node:v1.3.0')]);
    assert.deepEqual(
      checks.map(({ text }) => text),
      ['Kubernetes datastore', 'Calico 2.3.0'],
    );
  });

  it('of a later release is named once for each pod, at most ten times', () => {
    const pods = Array.from({ length: 12 }, (_, index) => podWith('calico/node:v2.6.2', index));
    const text = failedOf(calico(pods))['calico-version'] ?? '';
    assert.match(text, /Pod calico-node-0 has calico\/node:v2\.6\.2; .* and 2 more\. /);
    assert.match(text, /Put the old version back first/);
  });

  it('counts by its setting CalicoVersion where an image tells nothing, and only there', () => {
    const privateImage = podWith('registry.example.com/calico-node@sha256:0123');
    assert.match(
      failedOf(calico([privateImage], [setting('v2.5.1')]))['calico-version'] ?? '',
      /setting CalicoVersion says v2\.5\.1, and not every image tells its version/,
    );
    assert.deepEqual(failedOf(calico([podWith('calico/node:v2.4.1')], [setting('v2.5.1')])), {});
    assert.deepEqual(failedOf(calico([privateImage], [setting('v2.4.1-3-gabc123')])), {});
  });

  it('that nothing tells of stops nothing, and is said', () => {
    assert.deepEqual(
      checkCalico(calicoInstall({}), []).map(({ ok, text }) => [ok, text]),
      [
        [true, 'datastore unknown: no DaemonSet calico-node or canal tells it'],
        [true, 'Calico version unknown: no image tag and no setting CalicoVersion tells it'],
      ],
    );
  });
});
