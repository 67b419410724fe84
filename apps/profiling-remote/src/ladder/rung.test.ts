import { describe, expect, it } from 'vitest';
import { type GrafanaStatus } from './grafana-status.ts';
import { decideRung, type RungFacts } from './rung.ts';

const ready: GrafanaStatus = { kind: 'ready', sentence: '' };
const away: GrafanaStatus = {
  kind: 'away',
  sentence: 'Grafana is away.',
  wayOut: { text: 'Wait.' },
};
const unknown: GrafanaStatus = { kind: 'cannot-know', sentence: 'Another origin.' };

const decide = (facts: Partial<RungFacts>) =>
  decideRung({
    asked: undefined,
    remembered: undefined,
    nativeOnly: undefined,
    status: ready,
    impatient: false,
    source: 'embedded',
    ...facts,
  });

describe('the ladder', () => {
  it.each<[string, Partial<RungFacts>, Partial<ReturnType<typeof decideRung>>]>([
    ['Grafana works', {}, { shown: 'frame', number: 1, canSwitch: true }],
    [
      'Grafana works and the native view is wanted',
      { asked: 'profiles' },
      { shown: 'native', number: 3, reason: 'You chose the native view.', canSwitch: true },
    ],
    [
      'a comparison is wanted',
      { asked: 'compare' },
      { shown: 'native', reason: 'Comparisons are native.' },
    ],
    [
      'the native view is remembered',
      { remembered: 'profiles' },
      { shown: 'native', reason: 'You chose the native view.' },
    ],
    [
      'another view is remembered than the address asks for',
      { remembered: 'profiles', asked: 'dashboard' },
      { shown: 'frame' },
    ],
    [
      'the address holds what the dashboard cannot show',
      { nativeOnly: 'It has no spans.' },
      { shown: 'native', reason: 'It has no spans.', canSwitch: true },
    ],
    [
      'the address holds that and asks for the dashboard',
      { nativeOnly: 'It has no spans.', asked: 'dashboard' },
      { shown: 'frame', reason: 'It has no spans.' },
    ],
    [
      'nobody can know',
      { status: unknown },
      { shown: 'frame', number: 1, reason: 'Another origin.', canSwitch: true },
    ],
    [
      'Grafana is away',
      { status: away, asked: 'dashboard' },
      { shown: 'native', number: 3, reason: 'Grafana is away.', canSwitch: false },
    ],
    [
      'Grafana is away and a real Pyroscope is there',
      { status: away, source: 'external' },
      { shown: 'native', number: 2, name: 'Native view of Pyroscope' },
    ],
    [
      'the backend does not say whose profiles they are',
      { status: away, source: undefined },
      { name: 'Native view of the profile server' },
    ],
    [
      'Grafana is being looked for',
      { status: undefined },
      { shown: 'waiting', reason: 'Looking for Grafana.' },
    ],
    [
      'the look for Grafana takes long',
      { status: undefined, impatient: true },
      { shown: 'native', reason: 'Looking for Grafana.', canSwitch: false },
    ],
    [
      'Grafana is being looked for and the native view is wanted',
      { status: undefined, asked: 'profiles' },
      { shown: 'native' },
    ],
  ])('when %s', (_, facts, expected) => {
    expect(decide(facts)).toMatchObject(expected);
  });
});
