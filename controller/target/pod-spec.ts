import { type Fields, fieldsOf, recordsOf } from '../../jobs/lib/kubernetes/fields.ts';
import { isRecord, type KubeObject } from '../../jobs/lib/kubernetes/object.ts';

const TEMPLATE = ['spec', 'template'];

/** Where the kinds that make pods have the template of their pods. */
const TEMPLATE_PATHS: Readonly<Record<string, readonly string[]>> = {
  CronJob: ['spec', 'jobTemplate', ...TEMPLATE],
  DaemonSet: TEMPLATE,
  Deployment: TEMPLATE,
  Job: TEMPLATE,
  ReplicaSet: TEMPLATE,
  ReplicationController: TEMPLATE,
  StatefulSet: TEMPLATE,
};

const pathOf = ({ kind = '' }: KubeObject): readonly string[] | undefined =>
  kind === 'Pod' ? ['spec'] : TEMPLATE_PATHS[kind]?.concat('spec');

/** The spec of the pods that an object is or makes; undefined where it makes none. */
export function podSpecOf(object: KubeObject): Fields | undefined {
  const found = pathOf(object)?.reduce<unknown>((value, key) => fieldsOf(value)[key], object);
  return isRecord(found) ? found : undefined;
}

/** The object with another spec of its pods; one that makes no pods as it is. */
export function changePodSpec(object: KubeObject, change: (podSpec: Fields) => Fields): KubeObject {
  const [first, ...rest] = pathOf(object) ?? [];
  if (first === undefined || !podSpecOf(object)) return object;
  return { ...object, [first]: changeAt(object[first], rest, change) };
}

/** The object with another template of its pods. */
export const changeTemplate = (object: KubeObject, change: (template: Fields) => Fields): KubeObject => ({
  ...object,
  spec: changeAt(object.spec, ['template'], change),
});

function changeAt(value: unknown, path: readonly string[], change: (fields: Fields) => Fields): Fields {
  const fields = fieldsOf(value);
  const [first, ...rest] = path;
  return first === undefined ? change(fields) : { ...fields, [first]: changeAt(fields[first], rest, change) };
}

/** The pod spec with every container changed, those that run first included. */
export function mapContainers(podSpec: Fields, change: (container: Fields) => Fields): Fields {
  const lists = ['initContainers', 'containers'].filter(list => podSpec[list] !== undefined);
  return {
    ...podSpec,
    ...Object.fromEntries(lists.map(list => [list, recordsOf(podSpec[list]).map(change)])),
  };
}

/** A container of a name, among those that run first, too. */
export const containerNamed = (podSpec: Fields | undefined, name: string): Fields | undefined =>
  [...recordsOf(podSpec?.containers), ...recordsOf(podSpec?.initContainers)].find(one => one.name === name);

/** The container with variables, which take the place of those of the same name. */
export function withEnv(container: Fields, variables: readonly Fields[]): Fields {
  if (variables.length === 0) return container;
  const present = recordsOf(container.env);
  const find = (list: readonly Fields[], name: unknown) => list.find(one => one.name === name);
  const env = [
    ...present.map(one => find(variables, one.name) ?? one),
    ...variables.filter(one => !find(present, one.name)),
  ];
  return { ...container, env };
}

/** The container without variables of these names. */
export const withoutEnv = (container: Fields, names: readonly string[]): Fields =>
  container.env === undefined
    ? container
    : { ...container, env: recordsOf(container.env).filter(({ name }) => !names.includes(String(name))) };
