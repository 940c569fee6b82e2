import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fault, FaultAction, RecordedRequest } from '../../faults/fault.ts';
import { PASSING_FAULTS } from '../../faults/passing-faults.ts';
import { isStoredWrite, neverHit, plannedRequests, STORED_WRITES } from '../tpr-to-crd/fault-plan.ts';
import { type FaultedRun, useFaultLane } from './fault-lane.ts';

const CONFLICT: FaultAction = { do: 'status', code: 409 };
const suite = useFaultLane();

function assertAllHit(run: FaultedRun, which: 'requests' | 'writes'): void {
  const planned = plannedRequests(alike(suite.reference.requests));
  const wanted = which === 'writes' ? planned.filter(isStoredWrite) : planned;
  assert.deepEqual(neverHit(wanted, alike(run.requests)), [], run.stdout);
}

/** A backup is named after its content, which holds the uids of policies that were created anew for each test. */
function alike(requests: readonly RecordedRequest[]): readonly RecordedRequest[] {
  const anonymous = (text: string): string => text.replaceAll(/(calico-upgrade-backup)-[0-9a-f]{10}/g, '$1');
  return requests.map(request => ({
    ...request,
    path: anonymous(request.path),
    body: anonymous(request.body),
  }));
}

// F3 and F4: each request of the job fails once. What is sent again passes, so that one run meets them all.
describe('every request of a conversion, once', { timeout: 600_000 }, () => {
  for (const [what, action] of PASSING_FAULTS) {
    it(`${what}: is sent again, and the result is the same`, async () => {
      assertAllHit(await suite.survives([{ each: true, action }]), 'requests');
    });
  }

  it('without an answer: is sent again, and the result is the same', async () => {
    const faults: Fault[] = [{ each: true, action: { do: 'stall-after' } }];
    assertAllHit(await suite.survives(faults, ['--request-timeout', '0.5']), 'requests');
  });
});

describe('every write of a conversion', { timeout: 600_000 }, () => {
  it('refused with a conflict once: is done on what is then there', async () => {
    assertAllHit(await suite.survives([{ each: true, match: STORED_WRITES, action: CONFLICT }]), 'writes');
  });

  it('answered 429 with Retry-After: waits as long as it was told', async () => {
    const action: FaultAction = { do: 'status', code: 429, retryAfterSeconds: 2 };
    const match = { methods: ['POST', 'DELETE'], path: /\/networkpolicies/ };
    const run = await suite.survives([{ match, action }]);
    const writes = run.requests.filter(
      ({ path, method }) => method !== 'GET' && /networkpolicies/.test(path),
    );
    const hit = writes.find(({ fault }) => fault !== undefined) ?? assert.fail();
    const again = writes.find(
      ({ n, path, method }) => n > hit.n && path === hit.path && method === hit.method,
    );
    assert.ok((again?.startedAt.getTime() ?? 0) - hit.startedAt.getTime() >= 1_990);
  });

  for (const seed of [1, 2, 3]) {
    it(`refused with a conflict, three of ten (seed ${seed}): the result is the same`, async () => {
      const run = await suite.survives([{ match: STORED_WRITES, probability: 0.3, seed, action: CONFLICT }]);
      assert.ok(run.requests.some(({ fault }) => fault !== undefined));
    });
  }
});
