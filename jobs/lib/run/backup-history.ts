import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CONFIG_MAPS } from '../kubernetes/builtin.ts';
import type { KubeClient } from '../kubernetes/client.ts';
import { isRecord } from '../kubernetes/object.ts';
import { create, update } from '../kubernetes/write.ts';
import type { CommonOptions } from './options.ts';
import { reportConfigMap } from './report.ts';

/** The key of the report's ConfigMap, and the file of the output directory, that list all backups of a job. */
const HISTORY = 'backups.txt';

/**
 * Adds a backup to the list beside the job's report: the first backup of a job that took several runs is the one that
 * holds the original state, so that none may be forgotten.
 */
export async function rememberBackup(
  options: CommonOptions,
  client: () => KubeClient,
  job: string,
  place: string,
  now: Date,
): Promise<void> {
  const line = `${now.toISOString()} ${place}\n`;
  if (options.outputDir) {
    await mkdir(options.outputDir, { recursive: true });
    await appendFile(join(options.outputDir, HISTORY), line);
    return;
  }
  const { namespace } = options;
  const configMap = reportConfigMap(namespace, job, { [HISTORY]: line });
  const { created } = await create(client(), CONFIG_MAPS, configMap, namespace);
  if (created) return;
  const addLine = (data: Record<string, unknown>) => {
    const lines = String(data[HISTORY] ?? '');
    return lines.includes(` ${place}\n`) ? undefined : { ...data, [HISTORY]: lines + line };
  };
  await update(
    client(),
    CONFIG_MAPS,
    configMap.metadata.name,
    current => {
      const data = addLine(isRecord(current.data) ? current.data : {});
      return data && { ...current, data };
    },
    namespace,
  );
}
