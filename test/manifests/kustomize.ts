import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBinaries } from '../cluster/binaries.ts';
import { runOrFail } from '../cluster/command.ts';

export const MANIFESTS = join(import.meta.dirname, '../../manifests');

/** What kustomization.yaml says in comments to edit in it for the controller, on Kubernetes 1.16 and later. */
export const CONTROLLER_FOR_NEWER: Readonly<Record<string, string>> = {
  '- upgrade-job.yaml': '- controller.yaml\n  - controller-jobs.yaml',
  'patchesJson6902: []': `patchesJson6902:\n${patchesForNewer()}`,
};

function patchesForNewer(): string {
  const text = readFileSync(join(MANIFESTS, 'kustomization.yaml'), 'utf8');
  const [, comment = ''] = /put these two into the list below\n((?:# .*\n)+)/.exec(text) ?? [];
  return comment.replaceAll(/^# /gm, '');
}

/** What `kubectl kustomize` makes of the manifests after texts of kustomization.yaml were replaced. */
export async function kustomize(replacements: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'calico-upgrade-kustomize-'));
  try {
    await cp(MANIFESTS, directory, { recursive: true });
    await editKustomization(directory, replacements);
    const { kubectl } = await ensureBinaries();
    return await runOrFail(kubectl, ['kustomize', directory]);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Replaces texts of the kustomization.yaml in a directory; each has to be there. */
export async function editKustomization(
  directory: string,
  replacements: Readonly<Record<string, string>>,
): Promise<void> {
  const file = join(directory, 'kustomization.yaml');
  let text = await readFile(file, 'utf8');
  for (const [from, to] of Object.entries(replacements)) {
    assert.ok(text.includes(from), from);
    text = text.replace(from, to);
  }
  await writeFile(file, text);
}
