import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord } from '../../jobs/lib/kubernetes/object.ts';
import { STORE_CRD, STORE_PATH, TPR_GROUP_PATH, TPR_PATH } from './tpr-server-translate.ts';
import type { Upstream } from './tpr-server-upstream.ts';

const SERVICE = 'thirdpartyresources';
const SERVICES = '/api/v1/namespaces/kube-system/services';
const CRDS = '/apis/apiextensions.k8s.io/v1beta1/customresourcedefinitions';
const API_SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices';
const API_SERVICE = 'v1beta1.extensions';

const DEADLINE_MS = 60_000;
const DEREGISTER_MS = 5_000;

/** Makes the API server send extensions/v1beta1 to `localhost:port`; returns when it does. */
export async function register(upstream: Upstream, port: number): Promise<void> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  await put(upstream, CRDS, STORE_CRD, signal);
  await until(`${STORE_PATH} answers`, signal, () => answersOk(upstream, STORE_PATH, signal));
  await put(upstream, SERVICES, service(port), signal);
  await put(upstream, API_SERVICES, apiService(port), signal);
  await until(`APIService ${API_SERVICE} is Available`, signal, () => isAvailable(upstream, signal));
  await until(`${TPR_PATH} answers`, signal, async () => {
    const found = await Promise.all([listsTprs(upstream, signal), answersOk(upstream, TPR_PATH, signal)]);
    return found.every(Boolean);
  });
}

/** Takes the endpoint away again, as an upgrade to Kubernetes 1.8 does; what is stored stays. */
export async function deregister(upstream: Upstream): Promise<void> {
  const signal = AbortSignal.timeout(DEREGISTER_MS);
  await upstream.call({ method: 'DELETE', path: `${API_SERVICES}/${API_SERVICE}`, signal });
  await upstream.call({ method: 'DELETE', path: `${SERVICES}/${SERVICE}`, signal });
}

function service(port: number) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: SERVICE },
    spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ port }] },
  };
}

function apiService(port: number) {
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: API_SERVICE },
    spec: {
      group: 'extensions',
      version: 'v1beta1',
      service: { namespace: 'kube-system', name: SERVICE, port },
      insecureSkipTLSVerify: true,
      groupPriorityMinimum: 17150,
      versionPriority: 1,
    },
  };
}

/** Creates an object, or brings its spec up to date: a server that was killed left its own behind. */
async function put(
  upstream: Upstream,
  path: string,
  body: { readonly metadata: { readonly name: string }; readonly spec: unknown },
  signal: AbortSignal,
): Promise<void> {
  const contentType = 'application/merge-patch+json';
  await until(`${path}/${body.metadata.name} exists`, signal, async () => {
    const created = await upstream.call({ method: 'POST', path, body, signal });
    if (created.status !== 409) return created.status === 201;
    const patch = { spec: body.spec };
    const object = `${path}/${body.metadata.name}`;
    const patched = await upstream.call({ method: 'PATCH', path: object, body: patch, contentType, signal });
    return patched.status === 200;
  });
}

async function answersOk(upstream: Upstream, path: string, signal: AbortSignal): Promise<boolean> {
  const { status } = await upstream.call({ method: 'GET', path, signal });
  return status === 200;
}

async function isAvailable(upstream: Upstream, signal: AbortSignal): Promise<boolean> {
  const { body } = await upstream.call({ method: 'GET', path: `${API_SERVICES}/${API_SERVICE}`, signal });
  const status = isRecord(body) ? body.status : undefined;
  const conditions = isRecord(status) && Array.isArray(status.conditions) ? status.conditions : [];
  return conditions.filter(isRecord).some(({ type, status }) => type === 'Available' && status === 'True');
}

async function listsTprs(upstream: Upstream, signal: AbortSignal): Promise<boolean> {
  const { body } = await upstream.call({ method: 'GET', path: TPR_GROUP_PATH, signal });
  const resources = isRecord(body) && Array.isArray(body.resources) ? body.resources : [];
  return resources.filter(isRecord).some(({ name }) => name === 'thirdpartyresources');
}

async function until(what: string, signal: AbortSignal, check: () => Promise<boolean>): Promise<void> {
  let problem: unknown;
  while (!signal.aborted) {
    const done = await check().catch((error: unknown) => {
      problem = error;
      return false;
    });
    if (done) return;
    await sleep(100, undefined, { signal }).catch(() => undefined);
  }
  throw new Error(`gave up waiting until ${what}`, { cause: problem });
}
