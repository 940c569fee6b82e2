import * as v from 'valibot';
import { CONFIG_MAPS } from '../../jobs/lib/kubernetes/builtin.ts';
import type { KubeClient } from '../../jobs/lib/kubernetes/client.ts';
import { isKubeObject, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';
import { create, get, update } from '../../jobs/lib/kubernetes/write.ts';
import { refused } from '../../jobs/lib/run/failure.ts';
import { OWN_LABELS } from '../../jobs/lib/run/own-labels.ts';

const kubeObject = v.custom<KubeObject>(isKubeObject);

const previousSchema = v.object({
  /** The release that the nodes had, the lowest. */
  from: v.string(),
  /** The release that the upgrade goes to. */
  target: v.string(),
  /** Whether the DaemonSet was changed by an upgrade already when it was kept: then this is no way back. */
  isLate: v.optional(v.boolean(), false),
  daemonSet: v.optional(kubeObject),
  controllers: v.array(kubeObject),
  configMap: v.optional(kubeObject),
});

/** What was there before the first change of an upgrade: what going back restores. */
export type Previous = v.InferOutput<typeof previousSchema>;

export interface KeptPrevious extends Previous {
  /** Why this upgrade is on its way back, by itself. */
  readonly rollback: string | undefined;
}

const KEY = 'previous.json';
const ROLLBACK = 'rollback';

const nameFor = (uid: string): string => `calico-upgrade-previous-${uid.slice(0, 8)}`;

/** Where it is, for people. */
export const previousText = (namespace: string, uid: string): string =>
  `ConfigMap ${namespace}/${nameFor(uid)}`;

/** What was kept; undefined where nothing was. Throws a refusal where somebody edited it so that it cannot be read. */
export async function loadPrevious(
  client: KubeClient,
  namespace: string,
  uid: string,
): Promise<KeptPrevious | undefined> {
  const kept = await get(client, CONFIG_MAPS, nameFor(uid), namespace);
  return kept && readPrevious(kept, previousText(namespace, uid));
}

function readPrevious({ data }: KubeObject, where: string): KeptPrevious {
  const fields = v.safeParse(
    v.object({
      [KEY]: v.pipe(v.string(), v.parseJson(), previousSchema),
      [ROLLBACK]: v.optional(v.string()),
    }),
    data,
  );
  if (!fields.success) {
    throw refused(
      `${where} cannot be read, and it has what going back needs. Restore it; or, to go on without a way back, delete it`,
    );
  }
  return { ...fields.output[KEY], rollback: fields.output[ROLLBACK] };
}

/** Keeps what is there, before anything is changed, unless something is kept already: that is returned. */
export async function keepPrevious(
  client: KubeClient,
  namespace: string,
  uid: string,
  previous: Previous,
): Promise<KeptPrevious> {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: nameFor(uid), namespace, labels: { ...OWN_LABELS } },
    data: { [KEY]: JSON.stringify(previous) },
  };
  const { object: kept } = await create(client, CONFIG_MAPS, object, namespace);
  return readPrevious(kept, previousText(namespace, uid));
}

/** Notes down that the upgrade goes back by itself, so that a controller that is started anew goes on with it. */
export async function noteRollback(
  client: KubeClient,
  namespace: string,
  uid: string,
  reason: string,
): Promise<void> {
  await update(
    client,
    CONFIG_MAPS,
    nameFor(uid),
    current => ({ ...current, data: { ...(isData(current.data) ? current.data : {}), [ROLLBACK]: reason } }),
    namespace,
  );
}

const isData = (data: unknown): data is Readonly<Record<string, unknown>> =>
  typeof data === 'object' && data !== null;
