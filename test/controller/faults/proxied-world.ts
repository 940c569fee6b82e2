import { type FaultProxy, startFaultProxy } from '../../faults/proxy.ts';
import type { ControllerOptions, ControllerProcess } from '../controller-process.ts';
import { startWorld, type World, type WorldOptions } from '../world.ts';

/** How long the lock of a controller that was killed stays, in seconds: short, but long enough on a machine with much to do. */
export const LEASE_SECONDS = 6;

/** A world whose controllers reach the API server through a proxy; the tests themselves, and the nodes, do not. */
export interface ProxiedWorld extends World {
  readonly proxy: FaultProxy;
  /** Of the controller's service account. */
  readonly token: string;
  /** A further proxy, for another controller. */
  openProxy(): Promise<FaultProxy>;
  /** Starts a controller behind `through`, or behind `proxy` unless given. */
  startController(options?: Partial<ControllerOptions>, through?: FaultProxy): ControllerProcess;
}

/** Starts it, with the kubeconfig of the controller's service account for each proxy. */
export async function startProxiedWorld(options: WorldOptions): Promise<ProxiedWorld> {
  const world = await startWorld(options);
  const { cluster } = world;
  const token = await cluster.serviceAccountToken('calico-upgrade', 'calico-upgrade-controller');
  const kubeconfigs = new Map<FaultProxy, string>();
  const openProxy = async (): Promise<FaultProxy> => {
    const upstream = { url: cluster.server, ca: cluster.ca };
    const proxy = await startFaultProxy({ upstream, certificate: cluster.localhost });
    kubeconfigs.set(proxy, await cluster.kubeconfigFor({ token }, { server: proxy.url }));
    return proxy;
  };
  const proxy = await openProxy();
  return {
    ...world,
    ...{ proxy, token, openProxy },
    startController({ env, ...given } = {}, through = proxy) {
      const kubeconfig = kubeconfigs.get(through) ?? '';
      const lease = { CALICO_UPGRADE_LEASE_SECONDS: String(LEASE_SECONDS) };
      return world.startController({ kubeconfig, ...given, env: { ...lease, ...env } });
    },
    async [Symbol.asyncDispose]() {
      for (const each of kubeconfigs.keys()) await each.stop();
      await world[Symbol.asyncDispose]();
    },
  };
}
