import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, it } from 'node:test';
import { ensureBinaries } from './binaries.ts';

let directory: string;
const before = process.env.KUBEBUILDER_ASSETS;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'binaries-test-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
  if (before === undefined) delete process.env.KUBEBUILDER_ASSETS;
  else process.env.KUBEBUILDER_ASSETS = before;
});

it('prefers $KUBEBUILDER_ASSETS and takes what it lacks from elsewhere', async () => {
  const found = await ensureBinaries();
  for (const program of ['etcd', 'kube-apiserver'] as const) {
    symlinkSync(found[program], join(directory, program));
  }
  process.env.KUBEBUILDER_ASSETS = directory;
  assert.deepEqual(await ensureBinaries(), {
    ...found,
    etcd: join(directory, 'etcd'),
    'kube-apiserver': join(directory, 'kube-apiserver'),
  });
});

it('refuses another version of Kubernetes', async () => {
  const script = '#!/bin/sh\necho Kubernetes v1.28.0\n';
  writeFileSync(join(directory, 'kube-apiserver'), script, { mode: 0o755 });
  process.env.KUBEBUILDER_ASSETS = directory;
  await assert.rejects(ensureBinaries(), /needs Kubernetes 1\.20: .*kube-apiserver is 1\.28\./);
});
