import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { down, serve, type UpResult, upInBackground } from './background.ts';
import { ensureBinaries } from './binaries.ts';
import { findNamedCluster, type NamedCluster, namedClusters, type Reach } from './named-clusters.ts';
import { maxNodes } from './nodes/plan.ts';
import { findOnPath } from './packages.ts';
import { sweepDeadRuns } from './sweep.ts';

const defaultName = 'default';

interface NameOption {
  readonly name: string;
}

interface UpOptions extends NameOption {
  readonly nodes: number;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function parseName(value: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,30}$/.test(value)) return value;
  throw new InvalidArgumentError('A name has up to 31 small letters, digits and dashes.');
}

function parseNodes(value: string): number {
  if (/^[0-9]{1,3}$/.test(value) && Number(value) <= maxNodes) return Number(value);
  throw new InvalidArgumentError(`A cluster has 0 to ${maxNodes} nodes.`);
}

function nameWords(name: string): string {
  return name === defaultName ? '' : ` --name ${name}`;
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}

function describeUp({ cluster, alreadyUp }: UpResult): string {
  const { name, directory, reach } = cluster;
  return [
    `The cluster "${name}" is ${alreadyUp ? 'already ' : ''}up.`,
    '',
    `  export KUBECONFIG=${quoted(reach.kubeconfig)}`,
    `  or: eval "$(npm run --silent cluster -- env${nameWords(name)})"`,
    '',
    `  API server  ${reach.server}`,
    `  etcd        ${reach.etcd} (v2 and v3 API)`,
    `  kubectl     ${reach.kubectl}`,
    ...describeNodes(reach),
    `  logs        ${directory}/*.log`,
    `  stop it     npm run cluster -- down${nameWords(name)}`,
  ].join('\n');
}

function describeNodes({ nodes, registry }: Reach): string[] {
  return nodes && registry ? [`  nodes       ${nodes.join(' ')}`, `  registry    ${registry}`] : [];
}

async function up({ name, nodes }: UpOptions): Promise<void> {
  await ensureBinaries(); // here, where its progress is seen
  if (nodes > 0) await prepareNodes();
  const { filename } = import.meta;
  print(describeUp(await upInBackground(name, nodes, filename)));
}

async function prepareNodes(): Promise<void> {
  const { ensureNodeSupplies } = await import('./nodes/cluster.ts');
  const { cachedJobImage } = await import('../image/cached-job-image.ts');
  await ensureNodeSupplies();
  await cachedJobImage();
}

async function env({ name }: NameOption): Promise<void> {
  const reach = findNamedCluster(name)?.reach;
  if (!reach) {
    throw new Error(`No cluster "${name}" is up. Start it: npm run cluster -- up${nameWords(name)}`);
  }
  print(`export KUBECONFIG=${quoted(reach.kubeconfig)}`);
  print(`export ETCD_ENDPOINTS=${quoted(reach.etcd)}`);
  if (!(await findOnPath('kubectl')))
    print(`export PATH=${quoted(reach.kubectl.replace(/\/kubectl$/, ''))}:"$PATH"`);
}

async function downOneOrAll({ name, all }: NameOption & { readonly all?: true }): Promise<void> {
  await sweepDeadRuns();
  const clusters: NamedCluster[] = namedClusters().filter(cluster => all || cluster.name === name);
  await Promise.all(clusters.map(down));
  for (const cluster of clusters) print(`The cluster "${cluster.name}" is down.`);
  if (clusters.length === 0) print(all ? 'No cluster is up.' : `No cluster "${name}" is up.`);
}

async function prepare(): Promise<void> {
  for (const [program, path] of Object.entries(await ensureBinaries())) print(`${program.padEnd(24)}${path}`);
}

function createProgram(): Command {
  const program = new Command('cluster').description(
    'A real Kubernetes 1.20 cluster with etcd 3.4 on this machine, for tests and for trying things out.',
  );
  program.exitOverride();
  const withName = (words: string, description: string) =>
    program
      .command(words)
      .description(description)
      .option('--name <name>', 'which one', parseName, defaultName);
  withName('up', 'start a cluster in the background and say how to reach it')
    .option('--nodes <count>', 'with so many nodes (needs root)', parseNodes, 0)
    .action(up);
  withName('env', 'print the export lines for a shell').action(env);
  withName('down', 'stop a cluster and remove all that it left')
    .option('--all', 'all of them')
    .action(downOneOrAll);
  program.command('prepare').description('make sure that all programs are there').action(prepare);
  program.addCommand(
    new Command('serve')
      .option('--name <name>')
      .option('--nodes <count>', '', parseNodes, 0)
      .action(({ name, nodes }: UpOptions) => serve(name, nodes)),
    {
      hidden: true,
    },
  );
  return program;
}

try {
  await createProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}
