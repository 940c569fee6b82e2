/** A BGP session as BIRD shows it. */
export interface BgpSession {
  /** `Mesh_10_88_0_12`, `Node_…` or `Global_…`, as Calico names them. */
  readonly name: string;
  /** From Ready to Established, in milliseconds; 0 without it, Infinity for never. */
  readonly establishedAfterMs?: number;
  /** What it is until then; Active without it. */
  readonly until?: 'Idle' | 'Connect' | 'Active' | 'OpenSent';
}

/** What birdcl tells in a pod. */
export interface BirdBehaviour {
  /** Of IPv4; without it one for each of two neighbours. */
  readonly sessions?: readonly BgpSession[];
  /** From Ready to the end of the graceful-restart recovery, in milliseconds; 0 without it. */
  readonly recoveryMs?: number;
  /** Whether it has its sessions also in a pod that is not Ready: that tells about Felix alone. */
  readonly runsUnready?: boolean;
}

/** BIRD in a pod at one moment. */
export interface BirdState {
  readonly sessions: readonly BgpSession[];
  readonly recoveryMs: number;
  /** How long the pod has been Ready, in milliseconds; undefined while it is not. */
  readonly readyForMs: number | undefined;
}

const GREETING = 'BIRD v0.3.1 ready.';
const HEADER = row('name', 'proto', 'table', 'state', 'since', 'info');
const STARTED = '09:04:00';

const OTHERS = [
  row('static1', 'Static', 'master', 'up', STARTED, ''),
  row('kernel1', 'Kernel', 'master', 'up', STARTED, ''),
  row('device1', 'Device', 'master', 'up', STARTED, ''),
  row('direct1', 'Direct', 'master', 'up', STARTED, ''),
];

const NOTES = { Idle: '', Connect: '', Active: 'Socket: Connection refused', OpenSent: '' } as const;

/** As BIRD 1.x sets its table. */
function row(name: string, proto: string, table: string, state: string, since: string, info: string): string {
  const left = `${name.padEnd(8)} ${proto.padEnd(8)} ${table.padEnd(8)} ${state.padEnd(5)}`;
  return `${left}  ${since.padEnd(10)}  ${info}`.trimEnd();
}

/**
 * What a command prints that runs birdcl or birdc with `show protocols` or `show status`, maybe several of them; undefined for
 * any other command. BIRD for IPv6 (`birdcl6`, or its socket `bird6.ctl`) has no BGP sessions.
 */
export function birdAnswer(command: string, bird: BirdState): string | undefined {
  const calls = [...command.matchAll(/\bbirdc(?:l)?6?\b([^;&|]*?)\bshow\s+(protocols|status)\b/g)];
  if (calls.length === 0) return undefined;
  return calls
    .map(([call, , what]) => {
      const sessions = /birdcl?6|bird6/.test(call) ? [] : bird.sessions;
      return what === 'status' ? status(bird) : protocols(sessions, bird.readyForMs);
    })
    .flatMap(lines => [GREETING, ...lines])
    .map(line => `${line}\n`)
    .join('');
}

function protocols(sessions: readonly BgpSession[], readyForMs: number | undefined): readonly string[] {
  return [HEADER, ...OTHERS, ...sessions.map(session => sessionRow(session, readyForMs))];
}

function sessionRow(session: BgpSession, readyForMs: number | undefined): string {
  const { name, establishedAfterMs = 0, until = 'Active' } = session;
  const isUp = readyForMs !== undefined && readyForMs >= establishedAfterMs;
  const info = isUp ? 'Established' : `${until.padEnd(14)}${NOTES[until]}`;
  return row(name, 'BGP', 'master', isUp ? 'up' : 'start', '09:04:05', info);
}

function status({ recoveryMs, sessions, readyForMs = 0 }: BirdState): readonly string[] {
  const recovery = [
    'Graceful restart recovery in progress',
    `  Waiting for ${sessions.length} protocols to recover`,
    '  Wait timer is 10/240',
  ];
  return [
    'BIRD v0.3.1',
    'Router ID is 10.88.0.11',
    'Current server time is 2017-11-29 09:04:10',
    'Last reboot on 2017-11-29 09:04:00',
    'Last reconfiguration on 2017-11-29 09:04:00',
    ...(readyForMs < recoveryMs ? recovery : []),
    'Daemon is up and running',
  ];
}
