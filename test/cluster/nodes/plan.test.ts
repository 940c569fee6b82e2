import assert from 'node:assert/strict';
import { it } from 'node:test';
import { maxNodes, planNetwork } from './plan.ts';

it('gives every node an address and a range of pod addresses of its own', () => {
  const { host, nodes } = planNetwork(5, ['127.0.0.1/8', '192.168.1.7/24']);
  assert.equal(host, '10.188.0.1');
  assert.deepEqual(nodes[0], { name: 'n1', address: '10.188.0.11', podCidr: '10.244.0.0/26' });
  assert.deepEqual(nodes[4], { name: 'n5', address: '10.188.0.15', podCidr: '10.244.1.0/26' });
});

it('finds room for the greatest cluster', () => {
  const { nodes } = planNetwork(maxNodes, []);
  assert.equal(nodes.at(-1)?.address, '10.188.0.250');
  assert.equal(new Set(nodes.map(({ podCidr }) => podCidr)).size, maxNodes);
});

it('keeps away from the networks of other clusters and of the machine', () => {
  assert.equal(planNetwork(1, ['10.188.0.1/24', '10.188.1.77/32']).host, '10.188.2.1');
  assert.equal(planNetwork(1, ['10.188.3.9/23', '10.188.0.1/23']).host, '10.188.4.1');
  assert.throws(() => planNetwork(1, ['10.0.0.5/8']), /No network for the nodes/);
});
