import { type LabelSet } from '@hsi/profile-model';
import { invalid } from '../refusal.ts';

/** What `name=app{key=value,...}` says. */
export interface Application {
  readonly name: string;
  readonly labels: LabelSet;
}

/** @throws Refusal */
export function parseApplication(text: string): Application {
  const open = text.indexOf('{');
  const name = (open < 0 ? text : text.slice(0, open)).trim();
  if (name === '') throw invalid('name: service name is required', 'name');
  if (open < 0) return { name, labels: {} };
  if (!text.endsWith('}')) throw invalid('name: the label set is not closed by "}"', 'name');
  const inner = text.slice(open + 1, -1).trim();
  const labels: Record<string, string> = {};
  if (inner === '') return { name, labels };
  for (const pair of inner.split(',')) {
    if (pair.trim() === '') continue;
    const equals = pair.indexOf('=');
    const key = pair.slice(0, Math.max(0, equals)).trim();
    if (key === '') throw invalid(`name: ${JSON.stringify(pair)} is not key=value`, 'name');
    if (/[{}"]/.test(key))
      throw invalid(`name: ${JSON.stringify(key)} is not a label name`, 'name');
    labels[key] = pair.slice(equals + 1).trim();
  }
  return { name, labels };
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
