/** On everything that we create for ourselves, so that it can be listed and cleaned up. */
export const OWN_LABELS: Readonly<Record<string, string>> = {
  'app.kubernetes.io/managed-by': 'calico-upgrade',
};
