import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { isKubeObject, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { TPR_PATH } from './tpr-server-translate.ts';
import type { Upstream } from './tpr-server-upstream.ts';

export type Answer = Awaited<ReturnType<Upstream['call']>>;

/** What the tests of the TPR server do with an API server. */
export interface TprClient {
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  remove(path: string): Promise<Answer>;
  /** Waits until a path answers with this status. */
  answers(path: string, status: number): Promise<void>;
  createTpr(name: string): Promise<KubeObject>;
  /** Waits for the endpoint, creates an object `one`, and returns its path. */
  createInstance(group: string, kind: string, plural: string, namespace?: string): Promise<string>;
}

const DEADLINE_MS = 20_000;

/** A TPR as a client writes it. */
export const tpr = (name: string) => ({
  apiVersion: 'extensions/v1beta1',
  kind: 'ThirdPartyResource',
  metadata: { name },
  description: 'Calico System Network Policies',
  versions: [{ name: 'v1' }],
});

/** The path of the instances of a kind in one namespace. */
export const instancesPath = (group: string, plural: string, namespace = 'kube-system'): string =>
  `/apis/${group}/v1/namespaces/${namespace}/${plural}`;

/** Fails a test where an answer is not what every test takes for granted. */
export function tprClient(api: Upstream): TprClient {
  const get = (path: string) => api.call({ method: 'GET', path });
  const post = (path: string, body: unknown) => api.call({ method: 'POST', path, body });
  const answers = async (path: string, status: number) => {
    const deadline = performance.now() + DEADLINE_MS;
    let last = await get(path);
    while (last.status !== status) {
      assert.ok(performance.now() < deadline, `${path}: ${last.status} ${JSON.stringify(last.body)}`);
      await sleep(50);
      last = await get(path);
    }
  };
  return {
    get,
    post,
    remove: path => api.call({ method: 'DELETE', path }),
    answers,
    async createTpr(name) {
      const { status, body } = await post(TPR_PATH, tpr(name));
      assert.ok(status === 201 && isKubeObject(body), JSON.stringify(body));
      return body;
    },
    async createInstance(group, kind, plural, namespace) {
      const path = instancesPath(group, plural, namespace);
      await answers(path, 200);
      const metadata = { name: 'one' };
      const created = await post(path, {
        apiVersion: `${group}/v1`,
        kind,
        metadata,
        spec: { any: [1, 'two'] },
      });
      assert.equal(created.status, 201, JSON.stringify(created.body));
      return `${path}/one`;
    },
  };
}
