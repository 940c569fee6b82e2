import type { EtcdOptions } from './options.ts';
import type { V2Event, V2Node } from './v2-answer.ts';
import { type EventLog, startEventLog } from './v2-event-log.ts';
import { openV2Http } from './v2-http.ts';
import { type V2Reader, v2Reader } from './v2-read.ts';
import { readTree } from './v2-tree.ts';
import { type V2WatchOptions, watchV2 } from './v2-watch.ts';
import { type V2Writer, v2Writer } from './v2-write.ts';

export type { V2Event, V2Node } from './v2-answer.ts';
export type { EventLog } from './v2-event-log.ts';

/**
 * The keys of etcd's v2 API. Reads are as new as the majority of the members. Every error is an EtcdError or the
 * signal's reason. Throws an EtcdError `failed` where etcd serves no v2 API.
 */
export interface EtcdV2 extends Pick<V2Reader, 'index' | 'get'>, V2Writer, Disposable {
  /** All keys and empty directories below a directory, in batches; see `readTree`. */
  readTree(root: string): AsyncIterable<readonly V2Node[]>;
  /** Every event below a root after an index; see `watchV2`. */
  watch(root: string, afterIndex: number, options?: V2WatchOptions): AsyncIterable<V2Event>;
  /** Collects every event below a root after an index while other work is done; see `EventLog`. */
  eventLog(root: string, afterIndex: number, signal?: AbortSignal): EventLog;
}

/** A client for a cluster. Throws a usage failure for options that cannot work; connects with the first request. */
export function connectEtcdV2(options: EtcdOptions): EtcdV2 {
  const http = openV2Http(options);
  const reader = v2Reader(http);
  return {
    index: reader.index,
    get: reader.get,
    ...v2Writer(http, reader),
    readTree: root => readTree(reader, root),
    watch: (root, afterIndex, watching) => watchV2(http, root, afterIndex, watching),
    eventLog: (root, afterIndex, signal) => startEventLog(http, root, afterIndex, signal),
    [Symbol.dispose]: http[Symbol.dispose],
  };
}
