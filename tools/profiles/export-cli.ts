import { parseArguments, UsageError } from './arguments.ts';
import { runExport } from './export.ts';

const HELP = `Replays what a profile server has stored, with progress; run again, it goes on where it stopped.

  npm run profiles:export -- --to URL      into any Pyroscope server, by push.v1
  npm run profiles:export -- --out FOLDER  as pprof files, each with its labels as JSON

  --from URL      the profile server to read from (http://127.0.0.1:4040)
  --tenant NAME   whose profiles (anonymous)
  --token TOKEN   the ingest token, when the servers have one
  --state FILE    where the progress is kept (profiles-export.json)`;

try {
  const { options } = parseArguments(
    process.argv.slice(2),
    ['from', 'to', 'out', 'tenant', 'token', 'state'],
    ['help'],
  );
  const last = (name: string) => options.get(name)?.at(-1);
  if (options.has('help')) console.log(HELP);
  else {
    const done = await runExport({
      from: last('from') ?? 'http://127.0.0.1:4040',
      to: last('to'),
      out: last('out'),
      tenant: last('tenant'),
      token: last('token'),
      state: last('state') ?? 'profiles-export.json',
      progress: (count) => process.stderr.write(`\r${count} profiles`),
    });
    console.log(`\n${done} profiles are exported.`);
  }
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 2;
}
