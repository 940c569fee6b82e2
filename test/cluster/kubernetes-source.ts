import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { runOrFail } from './command.ts';
import { updatePackageLists } from './packages.ts';

const archiveKeys = '/usr/share/keyrings/debian-archive-keyring.gpg';
const fields = ['REPO_URI', 'RELEASE', 'CODENAME', 'COMPONENT', 'ORIGIN', 'LABEL'];

interface Suite {
  readonly uri: string;
  readonly release: string;
}

/**
 * Debian's own main suite in the output of `apt-get indextargets`, which is what apt makes of the machine's
 * configuration. Other origins, and the updates and security suites (with a dash in their code name), are left out.
 */
export function debianMainSuite(indexTargets: string): Suite | undefined {
  for (const line of indexTargets.split('\n')) {
    const [uri, release, codename, component, origin, label] = line.split('|');
    const main = component === 'main' && origin === 'Debian' && label === 'Debian';
    if (main && uri && release && codename && !codename.includes('-')) return { uri, release };
  }
  return undefined;
}

async function findDebianMainSuite(): Promise<Suite | undefined> {
  const format = fields.map(field => `$(${field})`).join('|');
  return debianMainSuite(
    await runOrFail('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']),
  );
}

async function signedBy(): Promise<string> {
  return access(archiveKeys).then(
    () => `Signed-By: ${archiveKeys}\n`,
    () => '',
  );
}

/** Options that make apt use only the given source file and keep its lists in the directory. */
function aptOptions(directory: string, sources: string): string[] {
  const settings = {
    'Dir::Etc::SourceList': sources,
    'Dir::Etc::SourceParts': '-',
    'Dir::State::Lists': join(directory, 'lists'),
    'Dir::Cache': join(directory, 'cache'),
    'APT::Sandbox::User': 'root', // apt's own user may not enter the directory
  };
  return Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
}

/** Downloads Debian's source package of Kubernetes into the directory; returns its version and the upstream archive. */
export async function downloadKubernetesSource(
  directory: string,
): Promise<{ version: string; archive: string }> {
  let suite = await findDebianMainSuite();
  if (!suite) {
    await updatePackageLists();
    suite = await findDebianMainSuite();
  }
  if (!suite) throw new Error("Debian's main suite is not among the package sources of this machine.");
  for (const name of ['lists/partial', 'cache']) mkdirSync(join(directory, name), { recursive: true });
  const sources = join(directory, 'debian.sources');
  const entry = `Types: deb-src\nURIs: ${suite.uri}\nSuites: ${suite.release}\nComponents: main\n`;
  writeFileSync(sources, entry + (await signedBy()));
  const options = aptOptions(directory, sources);
  await runOrFail('apt-get', ['update', ...options]);
  await runOrFail('apt-get', ['source', '--download-only', ...options, 'kubernetes'], { cwd: directory });
  return findDownload(directory);
}

function findDownload(directory: string): { version: string; archive: string } {
  const files = readdirSync(directory);
  const archive = files.find(file => file.includes('.orig.tar.'));
  const version = files.flatMap(file => /^kubernetes_(.+)\.dsc$/.exec(file)?.[1] ?? [])[0];
  if (!archive || !version) throw new Error(`apt-get source left no archive of Kubernetes in ${directory}.`);
  return { version, archive: join(directory, archive) };
}
