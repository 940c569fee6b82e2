import type { UpgradeStatus } from '../../jobs/lib/calico/upgrade/status.ts';
import type { KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { monotonicMs } from '../../jobs/lib/run/abort.ts';
import { messageOf } from '../../jobs/lib/run/failure.ts';
import { type StatusKeeperOptions, statusKeeper } from './keep-status.ts';

/** `upgrade` is the object as it was read, with its uid. `onGone` is told once, when it is deleted: then nothing is written any more. */
export interface StatusWriterOptions extends StatusKeeperOptions {
  /** The least time between the beginnings of two writes, in milliseconds. */
  readonly everyMs: number;
}

/** Writes the status of one CalicoUpgrade: each that differs from the one before, but not more often than it may. */
export interface StatusWriter {
  /** Takes the status to be written, now or when it is time, in the place of one that still waits. Never throws. */
  show(status: UpgradeStatus): void;
  /** Writes at once what is not written yet. Throws an ApiError where that fails: nobody must build on it then. */
  flush(): Promise<void>;
  /** Tells what a watch shows, so that a status that another one edited is written anew. */
  sawObject(object: KubeObject): void;
}

/** A write in the background that fails is a warning in the log, and is tried again with the next status. */
export function startStatusWriter(options: StatusWriterOptions): StatusWriter {
  const { everyMs, log, upgrade } = options;
  const keeper = statusKeeper(options);
  let wanted: unknown = upgrade.status;
  let timer: NodeJS.Timeout | undefined;
  let lastMs = Number.NEGATIVE_INFINITY;
  let working: Promise<void> = Promise.resolve();

  const writeWanted = async (): Promise<void> => {
    if (keeper.holds(wanted)) return;
    lastMs = monotonicMs();
    await keeper.keep(wanted);
  };
  const write = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    // After the write under way; who asked for that one was told of its failure.
    working = working.catch(() => undefined).then(writeWanted);
    return working;
  };
  const writeInBackground = (): void => {
    write().catch((error: unknown) =>
      log.warn(`cannot write the status of CalicoUpgrade ${upgrade.metadata.name}: ${messageOf(error)}`),
    );
  };
  return {
    show(status) {
      wanted = asJson(status);
      timer ??= setTimeout(writeInBackground, Math.max(0, lastMs + everyMs - monotonicMs()));
    },
    flush: write,
    sawObject: keeper.sawObject,
  };
}

/** As the API server gives it back: without fields that are undefined. */
const asJson = (status: UpgradeStatus): unknown => JSON.parse(JSON.stringify(status));
