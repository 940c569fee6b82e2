import { hostname } from 'node:os';
import { holdLock } from '../../../controller/lock/hold-lock.ts';
import { connect } from '../../../jobs/lib/kubernetes/client.ts';
import { sleep } from '../../../jobs/lib/run/abort.ts';
import { createLog } from '../../../jobs/lib/run/log.ts';

/** A process that holds the lock until it is killed: `node holder.ts KUBECONFIG LEASE RENEW`. */
const [kubeconfig = '', leaseSeconds, renewSeconds] = process.argv.slice(2);
const options = {
  namespace: 'default',
  identity: hostname(),
  leaseSeconds: Number(leaseSeconds),
  renewSeconds: Number(renewSeconds),
  log: createLog({ format: 'text', level: 'info' }),
};
await holdLock(connect({ kubeconfig }), options, new AbortController().signal, signal =>
  sleep(600_000, signal),
);
