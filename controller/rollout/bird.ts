/** A BGP session, as `birdcl show protocols` lists it. */
export interface BgpSession {
  /** Such as `Mesh_10_0_0_2`, `Global_192_0_2_1` or `Node_192_0_2_1`. */
  readonly name: string;
  /** Such as `Established`, or `Active Socket: Connection refused`. */
  readonly info: string;
  readonly isEstablished: boolean;
  /** Whether it is switched off, by its configuration or an error of its own. */
  readonly isOff: boolean;
}

/** What BIRD says of itself. */
export interface BirdReport {
  readonly sessions: readonly BgpSession[];
  /** For how many sessions it still waits, to get the routes of these neighbours after a start with graceful restart. */
  readonly recovering: number;
}

const show = (socket: string): string =>
  `birdcl -s ${socket} show protocols && birdcl -s ${socket} show status`;

/**
 * Asks BIRD and, where it runs, BIRD for IPv6, in a container calico-node: one program, since each start of one is a request. It
 * fails where BIRD does not answer.
 */
export const BIRD_COMMAND: readonly string[] = [
  'sh',
  '-c',
  `${show('/var/run/calico/bird.ctl')} && { [ ! -S /var/run/calico/bird6.ctl ] || { ${show('/var/run/calico/bird6.ctl')}; }; }`,
];

/**
 * Lines of `name proto table state since info`; the time can have a blank in it, and BIRD 1.x shows the state of BGP last. A session
 * that is Established is `feed` or `wait` before it is `up`, while it gets or holds back routes.
 */
const SESSION = /^(\S+)\s+BGP\s+\S+\s+(\S+)\s+(?:\d{4}-\d\d-\d\d\s*)?(?:\d\d:\d\d:\d\d(?:\.\d+)?\s*)?(.*)$/;

/** Reads what `BIRD_COMMAND` shows. */
export function parseBird(text: string): BirdReport {
  const sessions = text.split('\n').flatMap(line => {
    const match = SESSION.exec(line.trimEnd());
    if (!match) return [];
    const [, name = '', state = '', rest = ''] = match;
    const info = rest.trim().replace(/\s+/g, ' ');
    const isEstablished = /^Established\b/.test(info);
    return [{ name, info: info || state, isEstablished, isOff: state === 'down' }];
  });
  const recovering = [...text.matchAll(/^\s*Waiting for (\d+) protocols to recover/gm)].map(([, count]) =>
    Number(count),
  );
  return { sessions, recovering: recovering.reduce((sum, count) => sum + count, 0) };
}

/**
 * Whether BIRD still waits for the routes of a neighbour that can be expected to come. For one that was away before, it would wait until
 * its timer ends, 240 s with every node (components reference, section 5).
 */
export function isRecovering({ sessions, recovering }: BirdReport, down: readonly string[]): boolean {
  const away = sessions.filter(
    ({ name, isEstablished, isOff }) => !isEstablished && !isOff && down.includes(name),
  );
  return recovering > away.length;
}

/** The sessions that are not Established, but for those that were not before either. */
export function missingSessions({ sessions }: BirdReport, down: readonly string[]): readonly BgpSession[] {
  return sessions.filter(({ name, isEstablished }) => !isEstablished && !down.includes(name));
}
