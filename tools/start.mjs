// `npm start`: builds what is needed, runs every process, prints the URL, stops them all on a signal.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeDataDir } from './data-dir.mjs';
import { isFree } from './free-port.mjs';
import { publishRemote } from './publish-remote.mjs';
import { reportStarts } from './report-starts.mjs';
import { checkSettings, FLAGS, helpText, planProcesses, readSettings } from './settings.mjs';
import { Supervisor } from './supervisor.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const APPS = ['shell', 'profiling-remote', 'gateway', 'backend', 'profile-server', 'demo-services'];

/** @type {Supervisor | undefined} */
let supervisor;
/** @type {import('node:child_process').ChildProcess | undefined} */
let building;
let stopping = false;

process.on('SIGINT', () => void stop());
process.on('SIGTERM', () => void stop());
process.on('SIGHUP', () => void stop());
process.on('exit', () => supervisor?.kill());

main(process.argv.slice(2)).catch(async (error) => {
  if (stopping) return;
  console.error(error instanceof Error ? error.message : String(error));
  await stop(1);
});

/** @param {string[]} args */
async function main(args) {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(helpText());
    return;
  }
  const unknown = args.filter((arg) => !FLAGS.some(({ name }) => name === arg));
  if (unknown.length > 0)
    throw new Error(`Unknown flag ${unknown.join(' ')}: see npm start -- --help.`);
  requireNode();

  const settings = readSettings(process.env);
  const problems = checkSettings(settings);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  settings.BACKEND_TOKEN ||= randomBytes(24).toString('base64url');
  const dataDir = resolve(root, settings.DATA_DIR ?? '.data');
  makeDataDir(dataDir);

  const demo = !args.includes('--no-demo');
  const plans = planProcesses(settings, { root, dataDir, demo });
  await requireFreePorts(plans, settings);

  if (process.env.HSI_SKIP_BUILD !== '1') await build();
  const remote = settings.REMOTES_DIR
    ? undefined
    : await publishRemote({
        from: join(root, 'apps/profiling-remote/dist'),
        to: join(dataDir, 'remotes'),
      });

  supervisor = new Supervisor({ logs: join(dataDir, 'logs'), say: (text) => console.error(text) });
  const servers = plans.filter(({ port }) => port !== '');
  const others = plans.filter(({ port }) => port === '');
  await Promise.all(servers.map((plan) => supervisor?.start(plan)));
  const shown = settings.HOST === '0.0.0.0' || settings.HOST === '::' ? '127.0.0.1' : settings.HOST;
  console.log(`HSI Profiling is ready: http://${shown}:${settings.GATEWAY_PORT}/pyroscope`);
  // A demo service that cannot start costs its own graphs, not the page.
  const outcomes = await Promise.allSettled(others.map((plan) => supervisor?.start(plan)));
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected' && !stopping) console.error(outcome.reason.message);
  }
  await reportStarts({
    backend: plans.find(({ name }) => name === 'gateway')?.env.BACKEND_UPSTREAM ?? '',
    token: settings.BACKEND_TOKEN,
    starts: startsOf(others, remote?.version),
  });
}

/**
 * The marks on the timeline; the backend reports its own start.
 * @param {import('./supervisor.mjs').Plan[]} demos
 * @param {string | undefined} remoteVersion
 */
function startsOf(demos, remoteVersion) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const services = demos
    .map(({ args }) => args[0] ?? '')
    .filter((service) => service !== 'driver')
    .map((service) => ({ text: `${service} ${version} started`, service, version }));
  return remoteVersion === undefined
    ? services
    : [...services, { text: `Profiling page ${remoteVersion} published`, version: remoteVersion }];
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Node ${process.versions.node} is too old: 20.19 or newer is needed.`);
  }
}

/**
 * Before anything is built, so that a taken port costs no minute.
 * @param {import('./supervisor.mjs').Plan[]} plans
 * @param {Record<string, string>} settings
 */
async function requireFreePorts(plans, settings) {
  for (const { name, port } of plans) {
    if (port === '' || (await isFree(settings.HOST ?? '', Number(settings[port])))) continue;
    throw new Error(
      `Port ${settings[port]} (${name}) is taken by another program. Set ${port} to a free one, for example: ${port}=${Number(settings[port]) + 1} npm start`,
    );
  }
}

/** Builds the apps; Nx skips what has not changed. */
async function build() {
  const started = Date.now();
  const notice = setTimeout(
    () => console.error('Building (the first time takes about a minute) …'),
    3_000,
  );
  const child = spawn(
    process.execPath,
    [join(root, 'node_modules/nx/dist/bin/nx.js'), 'run-many', '-t', 'build', '-p', APPS.join(',')],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, NX_DAEMON: 'false' },
    },
  );
  building = child;
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  clearTimeout(notice);
  building = undefined;
  if (code !== 0) throw new Error(`${output}\nThe build failed.`);
  const seconds = (Date.now() - started) / 1000;
  if (seconds > 3) console.error(`Built in ${seconds.toFixed(0)} s.`);
}

async function stop(code = 0) {
  if (stopping) {
    supervisor?.kill();
    process.exit(code || 1);
  }
  stopping = true;
  if (building?.pid !== undefined) process.kill(-building.pid, 'SIGTERM');
  await supervisor?.stop();
  process.exit(code);
}
