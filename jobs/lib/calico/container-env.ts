import { isRecord } from '../kubernetes/object.ts';

/** The data of ConfigMaps by name. */
export type ConfigMaps = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

/** A variable that is set; its value is `undefined` if it comes from where we cannot look. */
export interface Variable {
  readonly value: string | undefined;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly env: readonly unknown[];
  readonly envFrom: readonly unknown[];
}

/** The containers of a pod spec, init containers left out. */
export function containersOf(podSpec: unknown): Container[] {
  const containers = isRecord(podSpec) && Array.isArray(podSpec.containers) ? podSpec.containers : [];
  return containers.filter(isRecord).map(({ name, image, env, envFrom }) => ({
    name: typeof name === 'string' ? name : '',
    image: typeof image === 'string' ? image : '',
    env: Array.isArray(env) ? env : [],
    envFrom: Array.isArray(envFrom) ? envFrom : [],
  }));
}

/** The variables of a container, those from a ConfigMap looked up there; a key that is missing sets nothing. */
export function environment(container: Container, configMaps: ConfigMaps): ReadonlyMap<string, Variable> {
  const variables = new Map<string, Variable>(
    container.envFrom.filter(isRecord).flatMap(entry => variablesFrom(entry, configMaps)),
  );
  for (const entry of container.env) {
    if (!isRecord(entry) || typeof entry.name !== 'string') continue;
    const variable = variableOf(entry, configMaps);
    if (variable) variables.set(entry.name, variable);
  }
  return variables;
}

/** All keys of a ConfigMap; where it cannot be looked at, the one variable that matters is set to an unknown value. */
function variablesFrom(
  { prefix, configMapRef }: Readonly<Record<string, unknown>>,
  configMaps: ConfigMaps,
): [string, Variable][] {
  const data = isRecord(configMapRef) ? configMaps.get(String(configMapRef.name)) : undefined;
  if (!data) return [['DATASTORE_TYPE', { value: undefined }]];
  const start = typeof prefix === 'string' ? prefix : '';
  return [...data].map(([key, value]) => [start + key, { value: String(value) }]);
}

function variableOf(entry: Readonly<Record<string, unknown>>, configMaps: ConfigMaps): Variable | undefined {
  if (!isRecord(entry.valueFrom)) return { value: typeof entry.value === 'string' ? entry.value : '' };
  const reference = entry.valueFrom.configMapKeyRef;
  if (!isRecord(reference)) return { value: undefined };
  const data = configMaps.get(String(reference.name));
  if (data === undefined) return { value: undefined };
  const value = data.get(String(reference.key));
  return typeof value === 'string' ? { value } : undefined;
}
