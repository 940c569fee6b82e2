import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONFIG_MAPS } from '../kubernetes/builtin.ts';
import type { KubeClient } from '../kubernetes/client.ts';
import { isRecord } from '../kubernetes/object.ts';
import { create, get, update } from '../kubernetes/write.ts';
import type { CommonOptions } from './options.ts';
import { reportConfigMap, reportName } from './report.ts';

/** A text that a job keeps from run to run: a key of its report's ConfigMap, or a file of the output directory. */
export interface KeptText {
  readonly options: Pick<CommonOptions, 'namespace' | 'outputDir'>;
  readonly client: () => KubeClient;
  readonly job: string;
  /** Of the key and of the file. */
  readonly name: string;
}

/** Reads it; empty where there is none. */
export async function readKeptText({ options, client, job, name }: KeptText): Promise<string> {
  const { namespace, outputDir } = options;
  if (outputDir) return readIfThere(join(outputDir, name));
  const configMap = await get(client(), CONFIG_MAPS, reportName(job), namespace);
  return textOf(configMap?.data, name);
}

/** Replaces it by what `change` makes of it; `change` returns undefined where it may stay, and can be called again. */
export async function editKeptText(
  { options, client, job, name }: KeptText,
  change: (text: string) => string | undefined,
): Promise<void> {
  const { namespace, outputDir } = options;
  if (outputDir) return editFile(outputDir, name, change);
  const first = change('');
  if (first === undefined) {
    if (!(await get(client(), CONFIG_MAPS, reportName(job), namespace))) return;
  } else {
    const configMap = reportConfigMap(namespace, job, { [name]: first });
    const { created } = await create(client(), CONFIG_MAPS, configMap, namespace);
    if (created) return;
  }
  await update(
    client(),
    CONFIG_MAPS,
    reportName(job),
    current => {
      const text = change(textOf(current.data, name));
      const data = isRecord(current.data) ? current.data : {};
      return text === undefined ? undefined : { ...current, data: { ...data, [name]: text } };
    },
    namespace,
  );
}

const textOf = (data: unknown, name: string): string => (isRecord(data) ? String(data[name] ?? '') : '');

async function editFile(
  directory: string,
  name: string,
  change: (text: string) => string | undefined,
): Promise<void> {
  const path = join(directory, name);
  const text = change(await readIfThere(path));
  if (text === undefined) return;
  await mkdir(directory, { recursive: true });
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
