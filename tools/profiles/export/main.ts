// `npm run profiles:export -- --to <url> | --out <folder>`: see ../help.ts and docs/command-line.md.
import { runExport } from './run.ts';

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    process.stderr.write('Stopping after the profiles that are under way.\n');
    stop.abort();
  });
}
process.exitCode = await runExport(process.argv.slice(2), {
  env: process.env,
  now: Date.now,
  stop: stop.signal,
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
});
