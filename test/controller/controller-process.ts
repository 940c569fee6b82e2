import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { monotonicMs, sleep } from '../../jobs/lib/run/abort.ts';
import { sharedController } from '../bench/bundle.ts';

/** The bundle of `npm test`, as it is in the image, or else the sources. */
const MAIN = sharedController() ?? join(import.meta.dirname, '../../controller/main.ts');
const MANIFESTS = join(import.meta.dirname, '../../manifests');

export interface ControllerOptions {
  readonly kubeconfig: string;
  /** The node that it says to be on. */
  readonly nodeName?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another program than that of the checkout, and flags of Node.js: those of the image. */
  readonly main?: string;
  readonly nodeFlags?: readonly string[];
}

/** A controller in a process of its own. */
export interface ControllerProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Everything that it has logged. */
  log(): string;
  /** Waits for a text in the log. */
  says(text: string | RegExp, ms?: number): Promise<void>;
  /** SIGKILL, as a node that goes away does it. */
  kill(): Promise<void>;
  /** SIGTERM, as Kubernetes does it. Returns the exit code. */
  stop(): Promise<number | null>;
}

/** Starts the controller, with nothing of our CALICO_UPGRADE_ environment but what is given. */
export function startController({
  kubeconfig,
  nodeName,
  env = {},
  main = MAIN,
  nodeFlags = [],
}: ControllerOptions): ControllerProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('CALICO_UPGRADE_'));
  const child = spawn(process.execPath, [...nodeFlags, main], {
    env: {
      ...Object.fromEntries(inherited),
      KUBECONFIG: kubeconfig,
      CALICO_UPGRADE_PORT: '0',
      CALICO_UPGRADE_MANIFESTS: MANIFESTS,
      ...(nodeName === undefined ? {} : { CALICO_UPGRADE_NODE_NAME: nodeName }),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const closed = once(child, 'close');
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await closed;
    return child.exitCode;
  };
  return {
    child,
    log: () => text,
    async says(wanted, ms = 60_000) {
      const deadline = monotonicMs() + ms;
      const isSaid = () => (typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text));
      while (!isSaid()) {
        if (child.exitCode !== null) throw new Error(`the controller ended with ${child.exitCode}:\n${text}`);
        if (monotonicMs() > deadline) throw new Error(`not said within ${ms} ms: ${wanted}\n${text}`);
        await sleep(20);
      }
    },
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
  };
}
