import { type Access, rights } from '../lib/kubernetes/access.ts';
import { NAMESPACES, PODS } from '../lib/kubernetes/builtin.ts';
import type { Resource } from '../lib/kubernetes/resource.ts';
import { type OwnPlaces, ownAccess } from '../lib/run/own-access.ts';
import { controllersAccess } from '../lib/run/read-controllers.ts';
import { installAccess } from '../lib/run/read-install.ts';

/** The forms that this API server has of what the job reads and writes. */
export interface ApiForms {
  readonly policies: Resource;
  readonly daemonSets: Resource | undefined;
  readonly deployments: Resource | undefined;
}

/**
 * Every right that the job uses, asked for in preflight; of a dry run those to read. Must agree with
 * manifests/policy-conversion-job.yaml, which a test sees to.
 */
export function neededAccess(
  { policies, daemonSets, deployments }: ApiForms,
  places: OwnPlaces,
  dryRun: boolean,
): readonly Access[] {
  const write = (...verbs: string[]): string[] => (dryRun ? [] : verbs);
  return [
    ...rights(NAMESPACES, ['list']),
    ...rights(PODS, ['list']),
    ...rights(policies, ['list', ...write('get', 'create', 'delete')]),
    // Pods of the whole cluster are listed anyway.
    ...[...controllersAccess(deployments), ...installAccess(daemonSets)].filter(
      ({ resource }) => resource !== PODS.plural,
    ),
    ...(dryRun ? [] : ownAccess('policy-converter', places)),
  ];
}
