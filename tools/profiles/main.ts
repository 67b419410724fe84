// `npm run profiles -- <command>`: see help.ts and docs/command-line.md.
import { runProfiles } from './cli.ts';

process.exitCode = await runProfiles(process.argv.slice(2), {
  env: process.env,
  now: Date.now,
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
});
