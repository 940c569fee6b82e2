import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import * as v from 'valibot';
import { isRecord } from '../../jobs/lib/kubernetes/object.ts';
import type { NodeCluster } from '../cluster/nodes/cluster.ts';
import { kubectl } from '../cluster/nodes/commands.ts';

/** The API server asks it before it stores an object of Calico's CRDs: so a job can be held while it writes. */
export interface WriteGate extends AsyncDisposable {
  /** Closes the gate at the n-th write from now on; settles when a write waits there. It may wait for 30 s. */
  holdAt(write: number): Promise<void>;
  /** Lets all writes through again. */
  open(): void;
}

interface Hold {
  left: number;
  readonly arrived: PromiseWithResolvers<void>;
  readonly opened: PromiseWithResolvers<void>;
}

const PATIENCE_MS = 60_000;

/** Registers an admission webhook that this process serves. */
export async function startWriteGate(cluster: NodeCluster): Promise<WriteGate> {
  const { cert, key } = cluster.localhost;
  let hold: Hold | undefined;
  const answer = async (request: Readable) => {
    const uid = await uidIn(request);
    if (hold && --hold.left <= 0) {
      hold.arrived.resolve();
      await hold.opened.promise;
    }
    return JSON.stringify({
      ...{ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' },
      response: { uid, allowed: true },
    });
  };
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
    answer(request).then(
      body => response.setHeader('content-type', 'application/json').end(body),
      () => response.destroy(), // the job that wrote is gone
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const url = `https://127.0.0.1:${isRecord(address) ? address.port : ''}/`;
  await kubectl(cluster, ['apply', '-f', '-'], webhook(url, readFileSync(cluster.ca).toString('base64')));
  const open = () => {
    hold?.opened.resolve();
    hold = undefined;
  };
  return {
    holdAt(write) {
      open();
      const arrived = Promise.withResolvers<void>();
      hold = { left: write, arrived, opened: Promise.withResolvers() };
      const late = () =>
        arrived.reject(new Error(`No write came to the gate within ${PATIENCE_MS / 1000} s.`));
      setTimeout(late, PATIENCE_MS).unref();
      return arrived.promise;
    },
    open,
    async [Symbol.asyncDispose]() {
      open();
      server.closeAllConnections();
      server.close();
    },
  };
}

const review = v.pipe(v.string(), v.parseJson(), v.object({ request: v.object({ uid: v.string() }) }));

async function uidIn(request: Readable): Promise<string> {
  return v.parse(review, await text(request)).request.uid;
}

function webhook(url: string, caBundle: string) {
  const rule = {
    ...{ apiGroups: ['crd.projectcalico.org'], apiVersions: ['*'], resources: ['*'] },
    operations: ['CREATE', 'UPDATE'],
  };
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'write-gate' },
    webhooks: [
      {
        name: 'write-gate.calico-upgrade.test',
        clientConfig: { url, caBundle },
        rules: [rule],
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        timeoutSeconds: 30,
      },
    ],
  };
}
