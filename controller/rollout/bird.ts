/** A BGP session, as `birdcl show protocols` lists it. */
export interface BgpSession {
  /** Such as `Mesh_10_0_0_2`, `Global_192_0_2_1` or `Node_192_0_2_1`. */
  readonly name: string;
  /** Such as `Established`, or `Active Socket: Connection refused`. */
  readonly info: string;
  readonly isEstablished: boolean;
}

/** What BIRD says of itself. */
export interface BirdReport {
  readonly sessions: readonly BgpSession[];
  /** Whether it still waits for the routes of its neighbours, after a start with graceful restart. */
  readonly isRecovering: boolean;
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
    return [{ name, info: info || state, isEstablished: /^Established\b/.test(info) }];
  });
  return { sessions, isRecovering: /graceful restart recovery in progress/i.test(text) };
}

/** The sessions that are not Established, but for those that were not before either. */
export function missingSessions({ sessions }: BirdReport, down: readonly string[]): readonly BgpSession[] {
  return sessions.filter(({ name, isEstablished }) => !isEstablished && !down.includes(name));
}
