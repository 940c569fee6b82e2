import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';
import { freePort } from '../ports.ts';
import type { Run } from '../run.ts';
import { waitUntil } from '../wait.ts';

/** Starts a registry of images on an address, over plain HTTP, and returns `address:port`. */
export async function startRegistry(run: Run, command: string, address: string): Promise<string> {
  const registry = `${address}:${await freePort(address, 5000)}`;
  const config = join(run.directory, 'registry.yaml');
  writeFileSync(config, dump(registryConfig(registry, join(run.directory, 'registry'))));
  // Nothing of our environment: variables change its configuration.
  const child = run.start({ name: 'registry', command, args: ['serve', config], env: {} });
  await waitUntil('its /v2/', child, async () => (await fetch(`http://${registry}/v2/`)).ok);
  return registry;
}

function registryConfig(addr: string, rootdirectory: string) {
  return {
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory }, delete: { enabled: true } },
    http: { addr },
  };
}
