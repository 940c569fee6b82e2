import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isRecord } from '../../jobs/lib/kubernetes/object.ts';
import type { ProcessId } from './proc.ts';
import { liveRuns } from './sweep.ts';

/** How to reach a cluster that runs in the background. */
export interface Reach {
  readonly kubeconfig: string;
  readonly server: string;
  readonly etcd: string;
  readonly kubectl: string;
  /** Only of a cluster with nodes. */
  readonly nodes?: readonly string[];
  readonly registry?: string;
}

/** A cluster that runs in the background; `reach` is there once it is usable. */
export interface NamedCluster {
  readonly name: string;
  readonly owner: ProcessId;
  readonly directory: string;
  readonly reach?: Reach;
}

/** The label of the run of a named cluster, by which it is found again. */
export function labelOf(name: string): string {
  return `up-${name}`;
}

function nameIn(directory: string): string | undefined {
  return /^\d+-\d+-up-(.+)-[0-9a-f]{6}$/.exec(basename(directory))?.[1];
}

/** All named clusters whose process lives. */
export function namedClusters(): NamedCluster[] {
  return liveRuns().flatMap(({ directory, owner }) => {
    const name = nameIn(directory);
    const reach = readReach(directory);
    return name ? [{ name, owner, directory, ...(reach && { reach }) }] : [];
  });
}

/** The named cluster, if its process lives. */
export function findNamedCluster(name: string): NamedCluster | undefined {
  return namedClusters().find(cluster => cluster.name === name);
}

function reachFile(directory: string): string {
  return join(directory, 'reach.json');
}

/** Tells other processes how to reach the cluster. */
export function writeReach(directory: string, reach: Reach): void {
  const file = reachFile(directory);
  writeFileSync(`${file}.new`, JSON.stringify(reach));
  renameSync(`${file}.new`, file);
}

function isReach(value: unknown): value is Reach {
  if (!isRecord(value)) return false;
  const { kubeconfig, server, etcd, kubectl, registry = '', nodes = [] } = value;
  return (
    [kubeconfig, server, etcd, kubectl, registry].every(field => typeof field === 'string') &&
    Array.isArray(nodes) &&
    nodes.every(node => typeof node === 'string')
  );
}

function readReach(directory: string): Reach | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(reachFile(directory), 'utf8'));
    return isReach(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
