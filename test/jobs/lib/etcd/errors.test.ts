import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type EtcdReason, etcdError, mayPass } from '../../../../jobs/lib/etcd/errors.ts';

const REASONS: readonly (readonly [text: string, reason: EtcdReason])[] = [
  ['14 UNAVAILABLE: read ECONNRESET', 'unreachable'],
  ['14 UNAVAILABLE: etcdserver: server stopped', 'unreachable'],
  ['connect ECONNREFUSED 127.0.0.1:2379', 'unreachable'],
  ['other side closed', 'unreachable'],
  ['Socket is closed', 'unreachable'],
  ['4 DEADLINE_EXCEEDED: Deadline exceeded after 2s', 'timeout'],
  ['14 UNAVAILABLE: etcdserver: leader changed', 'busy'],
  ['8 RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded', 'no-space'],
  ['7 PERMISSION_DENIED: etcdserver: permission denied', 'denied'],
  // What etcd says to a request that cannot be carried out will be the same the next time.
  ['5 NOT_FOUND: etcdserver: requested lease not found', 'failed'],
  ['3 INVALID_ARGUMENT: etcdserver: duplicate key given in txn request', 'failed'],
];

describe('an error of etcd', () => {
  for (const [text, reason] of REASONS) {
    it(`${text}: is ${reason}`, () => {
      const error = etcdError('http://etcd:2379', 'read of /x', new Error(text));
      assert.equal(error.reason, reason);
      assert.equal(mayPass(error), ['unreachable', 'timeout', 'busy'].includes(reason));
      assert.ok(error.message.startsWith(`etcd http://etcd:2379: read of /x failed: ${text}`));
    });
  }
});
