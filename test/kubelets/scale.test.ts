import assert from 'node:assert/strict';
import { it } from 'node:test';
import { PODS } from '../../jobs/lib/kubernetes/builtin.ts';
import { objectPath } from '../../jobs/lib/kubernetes/resource.ts';
import { eventually } from '../demo/eventually.ts';
import { installHostedCalico } from './hosted-calico.ts';
import { outagesIn } from './outages.ts';
import { useKubelets } from './use-kubelets.ts';

const NODES = 300;
const REPLACED = 20;
const READY_MS = 100;
const own = useKubelets({ nodes: NODES });

it(`plays ${NODES} nodes, and turns a pod Ready in its time`, async () => {
  const startedAt = performance.now();
  await installHostedCalico(own.client, { release: '2.6.2' });
  await eventually('all are Ready', async () => {
    return own.kubelets.pods().filter(({ ready }) => ready).length === NODES;
  });
  const seconds = (performance.now() - startedAt) / 1000;
  assert.ok(seconds < 60, `${seconds} s`);

  own.kubelets.setBehaviour(() => ({ readyMs: READY_MS }));
  for (const { name, namespace } of own.kubelets.pods().slice(0, REPLACED))
    await own.client.request({ method: 'DELETE', path: objectPath(PODS, name, namespace) });
  const ended = () =>
    outagesIn(own.kubelets.history()).flatMap(({ fromMs, toMs }) => (toMs ? [toMs - fromMs] : []));
  await eventually('all are replaced', async () => ended().length === REPLACED);
  const times = ended().sort((a, b) => a - b);
  assert.ok(times.every(ms => ms >= READY_MS));
  assert.equal(own.kubelets.deletions().length, REPLACED);
});
