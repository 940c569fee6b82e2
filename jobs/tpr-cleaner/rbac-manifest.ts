/** What gives calico-node its rights, and no others (tpr-to-crd reference, section 8). */
export interface RbacManifest {
  readonly text: string;
  /** What an operator does with it. */
  readonly command: string;
}

/** Ours are those of 2.5 and 2.6: they would take from later nodes the rights on what only these read. */
export function rbacManifest(canal: boolean, later: boolean): RbacManifest {
  if (later) {
    const text = 'the RBAC manifest of the Calico 3.0 or later that runs here';
    return { text, command: `apply ${text}` };
  }
  const text = canal ? 'manifests/rbac-canal.yaml' : 'manifests/rbac-kdd.yaml';
  return { text, command: `kubectl apply -f ${text}` };
}
