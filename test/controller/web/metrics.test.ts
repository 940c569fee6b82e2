import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMetrics, type Metrics } from '../../../controller/web/metrics.ts';
import type { UpgradeStatus } from '../../../jobs/lib/calico/upgrade/status.ts';

const STATUS: UpgradeStatus = {
  phase: 'Progressing',
  message: 'node-4',
  nodes: { total: 9, updated: 3, current: 1, skipped: 2, failed: 0 },
  steps: [
    { name: 'backup', state: 'Done', reason: '' },
    { name: 'node-rollout', state: 'Running', reason: '' },
  ],
};

/** The values of a metric that are not 0. */
async function valuesOf(metrics: Metrics, name: string): Promise<readonly string[]> {
  const lines = (await metrics.text()).split('\n').filter(line => line.startsWith(name));
  return lines.filter(line => !line.endsWith(' 0')).map(line => line.slice(name.length));
}

describe('the metrics', () => {
  it('show phase, nodes and steps of the upgrade at hand', async () => {
    const metrics = createMetrics();
    metrics.setStatus(STATUS);
    assert.deepEqual(await valuesOf(metrics, 'calico_upgrade_phase'), ['{phase="Progressing"} 1']);
    assert.deepEqual(await valuesOf(metrics, 'calico_upgrade_nodes'), [
      '{state="total"} 9',
      '{state="updated"} 3',
      '{state="current"} 1',
      '{state="skipped"} 2',
    ]);
    assert.deepEqual(await valuesOf(metrics, 'calico_upgrade_step_state'), [
      '{step="backup",state="Done"} 1',
      '{step="node-rollout",state="Running"} 1',
    ]);
    metrics.setStatus({ phase: 'Complete', message: '' });
    assert.deepEqual(await valuesOf(metrics, 'calico_upgrade_phase'), ['{phase="Complete"} 1']);
    assert.deepEqual(await valuesOf(metrics, 'calico_upgrade_nodes'), []);
    assert.deepEqual(await valuesOf(metrics, 'calico_upgrade_step_state'), []);
    metrics.setStatus(undefined);
    assert.deepEqual(await valuesOf(metrics, 'calico_upgrade_phase'), []);
  });

  it('count replacements around the budget of a node', async () => {
    const metrics = createMetrics();
    for (const seconds of [0.4, 12, 89.9, 91, 300]) metrics.observeReplacement(seconds);
    const buckets = await valuesOf(metrics, 'calico_upgrade_node_replacement_seconds_bucket');
    assert.ok(buckets.includes('{le="90"} 3'));
    assert.ok(buckets.includes('{le="120"} 4'));
    assert.ok(buckets.includes('{le="+Inf"} 5'));
  });

  it('count requests by method and status, and retries, each controller for itself', async () => {
    const metrics = createMetrics();
    createMetrics().countRetry();
    metrics.countRequest('GET', 200);
    metrics.countRequest('GET', 200);
    metrics.countRequest('PUT', 0);
    metrics.countRetry();
    assert.deepEqual(await valuesOf(metrics, 'calico_upgrade_api_requests_total'), [
      '{method="GET",code="200"} 2',
      '{method="PUT",code="none"} 1',
    ]);
    assert.deepEqual(await valuesOf(metrics, 'calico_upgrade_api_retries_total'), [' 1']);
  });
});
