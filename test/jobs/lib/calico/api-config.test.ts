import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { apiConfigFromEnvironment, parseApiConfig } from '../../../../jobs/lib/calico/api-config.ts';
import { environmentSecrets } from '../../../../jobs/lib/calico/api-environment.ts';

const V1_FILE = `apiVersion: v1
kind: calicoApiConfig
metadata:
spec:
  datastoreType: "etcdv2"
  etcdEndpoints: "https://etcd1:2379,https://etcd2:2379"
  etcdUsername: calico
  etcdPassword: secret
  etcdKeyFile: /etc/calico/key.pem
  etcdCertFile: /etc/calico/cert.pem
  etcdCACertFile: /etc/calico/ca.pem
`;

const V3_FILE = `apiVersion: projectcalico.org/v3
kind: CalicoAPIConfig
metadata:
spec:
  datastoreType: "etcdv3"
  etcdEndpoints: "http://etcd1:2379"
`;

function reasonOf(text: string, version: 'v1' | 'v3'): string {
  const read = parseApiConfig(text, version, 'a.cfg');
  assert.ok(!read.ok, JSON.stringify(read));
  return read.reason;
}

describe('a config file of calico-upgrade', () => {
  it('says how to reach etcd v2', () => {
    assert.deepEqual(parseApiConfig(V1_FILE, 'v1', 'a.cfg'), {
      ok: true,
      config: {
        endpoints: ['https://etcd1:2379', 'https://etcd2:2379'],
        user: 'calico',
        password: 'secret',
        ca: '/etc/calico/ca.pem',
        cert: '/etc/calico/cert.pem',
        key: '/etc/calico/key.pem',
      },
    });
  });

  it('says how to reach etcd v3', () => {
    const config = { endpoints: ['http://etcd1:2379'] };
    assert.deepEqual(parseApiConfig(V3_FILE, 'v3', 'a.cfg'), { ok: true, config });
  });

  it('of the other version is refused', () => {
    assert.match(
      reasonOf(V3_FILE, 'v1'),
      /^a\.cfg is a CalicoAPIConfig of projectcalico\.org\/v3, expected .* of v1$/,
    );
    assert.match(reasonOf(V1_FILE, 'v3'), /expected a CalicoAPIConfig of projectcalico\.org\/v3$/);
  });

  it('is refused with an unknown field, which may be a setting that was misspelt', () => {
    assert.match(reasonOf(`${V3_FILE}  etcdCaFile: x\n`, 'v3'), /unknown fields: etcdCaFile$/);
  });

  it('is refused where it is no YAML, no mapping, or has values that are no text', () => {
    for (const text of ['a: [', 'text', '', `${V3_FILE}  etcdUsername: [a]\n`]) {
      assert.match(reasonOf(text, 'v3'), /^a\.cfg is no CalicoAPIConfig/);
    }
  });

  it('for the Kubernetes datastore names the job to use', () => {
    const text = V3_FILE.replace('etcdv3', 'kubernetes').replace(
      / {2}etcdEndpoints.*\n/,
      '  kubeconfig: /x\n',
    );
    assert.match(reasonOf(text, 'v3'), /datastore type is kubernetes, expected etcdv3: .* kdd-v1-to-v3$/);
  });

  it('without endpoints is refused', () => {
    assert.match(reasonOf(V3_FILE.replace(/ {2}etcdEndpoints.*\n/, ''), 'v3'), /no etcd endpoints given/);
  });
});

describe('the environment of calico-upgrade', () => {
  it('names each store by itself', () => {
    const env = { APIV1_ETCD_ENDPOINTS: 'http://old:2379', ETCD_ENDPOINTS: 'http://new:2379' };
    for (const [version, endpoint] of [
      ['v1', 'http://old:2379'] as const,
      ['v3', 'http://new:2379'] as const,
    ]) {
      const config = { endpoints: [endpoint] };
      assert.deepEqual(apiConfigFromEnvironment(env, version), { ok: true, config });
    }
  });

  it('takes the variables with CALICO_ before the others, and empty ones as not set', () => {
    const env = {
      CALICO_ETCD_ENDPOINTS: ' http://a:1 , http://b:2 ',
      ETCD_ENDPOINTS: 'http://c:3',
      CALICO_ETCD_USERNAME: '',
      ETCD_USERNAME: 'u',
      ETCD_PASSWORD: 'p',
      ETCD_CA_CERT_FILE: '',
    };
    assert.deepEqual(apiConfigFromEnvironment(env, 'v3'), {
      ok: true,
      config: { endpoints: ['http://a:1', 'http://b:2'], user: 'u', password: 'p' },
    });
  });

  it('may name scheme and authority, the older form', () => {
    const env = { APIV1_ETCD_AUTHORITY: 'old:4001', APIV1_ETCD_SCHEME: 'https' };
    assert.deepEqual(apiConfigFromEnvironment(env, 'v1'), {
      ok: true,
      config: { endpoints: ['https://old:4001'] },
    });
  });

  it('without endpoints says which variable is missing', () => {
    const read = apiConfigFromEnvironment({}, 'v1');
    assert.ok(!read.ok);
    assert.match(read.reason, /APIV1_ETCD_ENDPOINTS/);
  });

  it('has passwords that no output may show', () => {
    const env = {
      CALICO_APIV1_ETCD_PASSWORD: 'a',
      APIV1_ETCD_PASSWORD: 'b',
      ETCD_PASSWORD: 'c',
      ETCD_USERNAME: 'd',
    };
    assert.deepEqual([...environmentSecrets(env)].sort(), ['a', 'b', 'c']);
  });
});
