// npm run profiles -- top|flame|diff|services|types [options]
import { InvalidProfileType, InvalidSelector } from '@hsi/profile-model';
import { PyroscopeClient, PyroscopeError } from '@hsi/pyroscope-api';
import { parseArguments, UsageError } from './arguments.ts';
import { COMMANDS, FLAGS, OPTIONS, runCommand } from './commands.ts';

const HELP = `Reads profiles from any server that speaks Pyroscope's API.

  npm run profiles -- services | types | top | flame | diff [options]

  --url URL            the server (http://127.0.0.1:4040)
  --tenant NAME        sent as X-Scope-OrgID
  --service NAME       the service
  --type cpu|memory|ID what is measured (cpu)
  --label k=v          further conditions: =, !=, =~, !~ (repeatable)
  --from, --to TIME    now-1h, milliseconds or ISO 8601 (the last hour)
  --left-from, --left-to, --left-label   the left side of a diff, where it differs
  --limit N            how many rows
  --with-idle          count (idle) of Node services too
  --json               for programs`;

async function main(texts: readonly string[]): Promise<number> {
  try {
    const { words, options } = parseArguments(texts, OPTIONS, FLAGS);
    const command = COMMANDS.find((name) => name === words[0]);
    if (options.has('help') || words.length === 0) {
      console.log(HELP);
      return 0;
    }
    if (command === undefined || words.length > 1) {
      throw new UsageError(`Commands: ${COMMANDS.join(', ')}.`);
    }
    const client = new PyroscopeClient({
      baseUrl: options.get('url')?.at(-1) ?? 'http://127.0.0.1:4040',
      tenant: options.get('tenant')?.at(-1),
    });
    const output = await runCommand(command, client, options, Date.now());
    console.log(options.has('json') ? JSON.stringify(output.json, null, 2) : output.text);
    return 0;
  } catch (error) {
    const isKnown =
      error instanceof UsageError ||
      error instanceof PyroscopeError ||
      error instanceof InvalidProfileType ||
      error instanceof InvalidSelector;
    if (!isKnown) throw error;
    console.error(error.message);
    return error instanceof PyroscopeError ? 1 : 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
