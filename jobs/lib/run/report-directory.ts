/** Where calico-upgrade writes its reports, below the current directory. */
const DEFAULT_DIRECTORY = 'calico-upgrade-report';

/**
 * The directory for the reports: the one that was asked for, or that of calico-upgrade. In a pod, without being asked for,
 * none: the report goes into a ConfigMap there.
 */
export function reportDirectory(asked: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  return asked ?? (env.CALICO_UPGRADE_POD_LABELS === undefined ? DEFAULT_DIRECTORY : undefined);
}
