import { type LabelSet } from '@hsi/profile-model';
import { invalid } from '../refusal.ts';

/** What `name=app{key=value,...}` says. */
export interface Application {
  readonly name: string;
  readonly labels: LabelSet;
}

/** What names may have, as Pyroscope has it. */
const NO_APPLICATION = /[^a-zA-Z0-9_./-]/;
const NO_LABEL = /[^a-zA-Z0-9_.]/;

/** @throws Refusal */
export function parseApplication(text: string): Application {
  const open = text.indexOf('{');
  const name = (open < 0 ? text : text.slice(0, open)).trim();
  if (name === '') throw invalid('name: service name is required', 'name');
  checkName('the service name', name, NO_APPLICATION, 'letters, digits and _.-/');
  if (open < 0) return { name, labels: {} };
  if (!text.trimEnd().endsWith('}')) {
    throw invalid('name: the label set is not closed by "}"', 'name');
  }
  const inner = text.trimEnd().slice(open + 1, -1);
  const labels: Record<string, string> = {};
  for (const pair of inner.split(',')) {
    if (pair.trim() === '') continue;
    const equals = pair.indexOf('=');
    const key = pair.slice(0, Math.max(0, equals)).trim();
    if (key === '') throw invalid(`name: ${quoted(pair)} is not key=value`, 'name');
    checkName('the label name', key, NO_LABEL, 'letters, digits, _ and .');
    labels[key] = pair.slice(equals + 1).trim();
  }
  return { name, labels };
}

function checkName(what: string, name: string, disallowed: RegExp, allowed: string): void {
  const found = disallowed.exec(name)?.[0];
  if (found === undefined) return;
  throw invalid(
    `name: ${what} ${quoted(name)} has the character ${quoted(found)}; use ${allowed}`,
    'name',
  );
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}

/**
 * The labels of all series that an application's profile makes. Labels that begin with two
 * underscores are the server's own; `service_name` may be given, then the application's name is
 * kept as `app_name`.
 */
export function applicationLabels({ name, labels }: Application, spyName: string): LabelSet {
  const own = Object.entries(labels).filter(
    ([key, value]) => !key.startsWith('__') && value !== '',
  );
  const given = Object.fromEntries(own);
  const service =
    given.service_name === undefined
      ? { service_name: name }
      : { app_name: given.app_name ?? name };
  return { ...given, ...service, pyroscope_spy: spyName };
}
