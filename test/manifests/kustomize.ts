import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBinaries } from '../cluster/binaries.ts';
import { runOrFail } from '../cluster/command.ts';

export const MANIFESTS = join(import.meta.dirname, '../../manifests');

/** What `kubectl kustomize` makes of the manifests after texts of kustomization.yaml were replaced. */
export async function kustomize(replacements: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'calico-upgrade-kustomize-'));
  try {
    await cp(MANIFESTS, directory, { recursive: true });
    const file = join(directory, 'kustomization.yaml');
    let text = await readFile(file, 'utf8');
    for (const [from, to] of Object.entries(replacements)) {
      assert.ok(text.includes(from), from);
      text = text.replace(from, to);
    }
    await writeFile(file, text);
    const { kubectl } = await ensureBinaries();
    return await runOrFail(kubectl, ['kustomize', directory]);
  } finally {
    await rm(directory, { recursive: true });
  }
}
