import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord } from '../../jobs/lib/kubernetes/object.ts';
import type { HttpsClient } from './https.ts';
import type { RunningProcess } from './process.ts';
import { waitUntil } from './wait.ts';

const requestAttempts = 50;

function pathOf(namespace: string, name: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(name)}`;
}

/** Waits for the controller manager to make a service account: pods that are created earlier are refused. */
export function waitForServiceAccount(
  client: HttpsClient,
  namespace: string,
  name: string,
  controllerManager: RunningProcess,
): Promise<void> {
  const what = `service account ${namespace}/${name}`;
  const exists = async () => (await client.get(pathOf(namespace, name))).status === 200;
  return waitUntil(what, controllerManager, exists);
}

function tokenIn(body: string): string {
  const answer: unknown = JSON.parse(body);
  const status = isRecord(answer) ? answer.status : undefined;
  if (isRecord(status) && typeof status.token === 'string') return status.token;
  throw new Error(`The API server's answer to a TokenRequest has no token: ${body}`);
}

/** A token of a service account, good for a day; waits some seconds for an account that is about to be made. */
export async function requestToken(client: HttpsClient, namespace: string, name: string): Promise<string> {
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 86_400 },
  };
  let problem = '';
  for (let attempt = 0; attempt < requestAttempts; attempt++) {
    const { status, body } = await client.post(`${pathOf(namespace, name)}/token`, request);
    if (status === 201) return tokenIn(body);
    problem = `status ${status}: ${body}`;
    if (status !== 404) break;
    await sleep(100);
  }
  throw new Error(`No token for service account ${namespace}/${name}: ${problem}`);
}
