/**
 * Backup files by recording, where calicoctl printed an error in place of all objects because of one that it could not
 * read. We leave out this one and keep the others.
 */
export const BACKUP_DIFFERENCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '049-pool-list-fails': {
    'ippool.yaml': `- apiVersion: v1
  kind: ipPool
  metadata:
    cidr: 10.65.0.0/16
  spec:
    nat-outgoing: true
- apiVersion: v1
  kind: ipPool
  metadata:
    cidr: 10.66.0.0/16
  spec:
    ipip:
      enabled: true
      mode: always
    nat-outgoing: true
`,
  },
  '059-peer-as-overflow': {
    'bgppeer.yaml': `- apiVersion: v1
  kind: bgpPeer
  metadata:
    peerIP: 192.0.2.2
    scope: global
  spec:
    asNumber: 64513
`,
  },
};
