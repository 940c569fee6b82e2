import assert from 'node:assert/strict';
import { PODS } from '../../../jobs/lib/kubernetes/builtin.ts';
import { withoutServerFields } from '../../../jobs/lib/kubernetes/clean.ts';
import type { KubeObject } from '../../../jobs/lib/kubernetes/object.ts';
import type { Resource } from '../../../jobs/lib/kubernetes/resource.ts';
import { create, get } from '../../../jobs/lib/kubernetes/write.ts';
import { seedObjects } from '../../cluster/seed.ts';
import { deleteObject, untilGone } from '../clean-cluster.ts';
import { patch } from '../edit.ts';
import type { JobCluster } from '../job-cluster.ts';
import { createPod } from '../upgraded-calico.ts';

const NAMESPACE = 'kube-system';

/** Does something to the cluster; what it returns undoes it. */
export type Sabotage = (jobs: JobCluster) => Promise<() => Promise<unknown>>;

/** Deletes an object for a time. */
export const without =
  (resource: Resource, name: string, namespace?: string): Sabotage =>
  async ({ client }) => {
    const object = (await get(client, resource, name, namespace)) ?? assert.fail(name);
    await deleteObject(client, resource, name, namespace);
    await untilGone(client, resource, name, namespace);
    return () => create(client, resource, withoutServerFields(object), namespace);
  };

/** Changes fields of an object for a time; `undo` are the fields that it had before. */
export const changed =
  (
    resource: Resource,
    name: string,
    fields: Record<string, unknown>,
    undo: Record<string, unknown>,
    namespace?: string,
  ): Sabotage =>
  async ({ client }) => {
    const object = { metadata: { name, ...(namespace !== undefined && { namespace }) } };
    await patch(client, resource, object, fields);
    return () => patch(client, resource, object, undo);
  };

/** Creates an object for a time. */
export const beside =
  (resource: Resource, object: KubeObject): Sabotage =>
  async ({ client }) => {
    const { name, namespace } = object.metadata;
    if (namespace !== undefined) await seedObjects(client, [{ plural: resource.plural, object }]);
    else await create(client, resource, object);
    return async () => {
      await deleteObject(client, resource, name, namespace);
      await untilGone(client, resource, name, namespace);
    };
  };

/** Creates a pod of calico-node for a time, in the namespace of Calico. */
export const pod =
  (name: string, options: Parameters<typeof createPod>[2]): Sabotage =>
  async ({ client }) => {
    await createPod(client, name, options);
    return async () => {
      await deleteObject(client, PODS, name, NAMESPACE);
      await untilGone(client, PODS, name, NAMESPACE);
    };
  };
