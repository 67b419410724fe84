import { readFileSync } from 'node:fs';
import { findService, MODEL_ZOO_SERVICE } from '@hsi/model-zoo-catalog';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../settings.mjs';
import recorded from './fixtures/backend-trace.otlp.json';
import { jaegerTrace, tagLinks, traceLinks, type LinkPattern } from './jaeger-links.ts';

const file = new URL('../../monitoring/jaeger/ui.json', import.meta.url);
const { linkPatterns } = JSON.parse(readFileSync(file, 'utf8')) as { linkPatterns: LinkPattern[] };

/** Loading a model: the request and, within it, the load, both with their profile's id. */
const trace = jaegerTrace(recorded);
const load = trace.spans.find(({ operationName }) => operationName === 'model.load');
if (!load) throw new Error('The recorded trace has no span model.load.');

const open = (url: string | undefined) => new URL(url ?? '');

describe('a span of our backend in Jaeger', () => {
  const [link, ...others] = tagLinks(linkPatterns, trace, load, 'pyroscope.profile.id');

  it('leads from its profile id to the page, with service, time, span and trace', () => {
    expect(others).toEqual([]);
    expect(link?.text).toBe(`Profile of span ${load.spanID}`);
    const url = open(link?.url);
    expect(url.pathname).toBe('/pyroscope');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      view: 'profiles',
      service: 'nemotron-backend',
      fromUs: '1795410668335000',
      durUs: '41768',
      spanId: '7b01a4b77adbcb1f',
      traceId: '36800ff0d7d2526aaee3629f8e6c87ee',
    });
    expect(findService(url.searchParams.get('service') ?? '')?.serviceName).toBe(MODEL_ZOO_SERVICE);
  });

  it('opens the page where npm start serves it', () => {
    const gateway = SETTINGS.find(({ name }) => name === 'GATEWAY_PORT')?.default;
    expect(open(link?.url).origin).toBe(`http://127.0.0.1:${gateway}`);
  });

  it('has no link on its other tags', () => {
    expect(tagLinks(linkPatterns, trace, load, 'hsi.model')).toEqual([]);
  });

  it('has no link without the resource attribute hsi.service, because Jaeger has no variable for the service', () => {
    const bare = { ...load, process: { ...load.process, tags: [] }, parent: undefined };
    const { parent: _none, ...orphan } = bare;
    expect(tagLinks(linkPatterns, trace, orphan, 'pyroscope.profile.id')).toEqual([]);
  });

  it('takes what it lacks from its ancestors', () => {
    const inner = { ...load, process: { ...load.process, tags: [] } };
    expect(
      open(tagLinks(linkPatterns, trace, inner, 'pyroscope.profile.id')[0]?.url).searchParams.get(
        'service',
      ),
    ).toBe('nemotron-backend');
  });

  it('keeps a value that would end the parameter inside it', () => {
    const odd = {
      ...load,
      process: { ...load.process, tags: [{ key: 'hsi.service', value: 'a&b=c#d' }] },
    };
    const url = open(tagLinks(linkPatterns, trace, odd, 'pyroscope.profile.id')[0]?.url);
    expect(url.searchParams.get('service')).toBe('a&b=c#d');
    expect(url.searchParams.get('b')).toBeNull();
  });
});

describe('a whole trace', () => {
  it('leads to the profiles of its time', () => {
    const [link, ...others] = traceLinks(linkPatterns, trace);
    expect(others).toEqual([]);
    expect(link?.text).toBe('Profiles during this trace');
    expect(Object.fromEntries(open(link?.url).searchParams)).toEqual({
      view: 'profiles',
      fromUs: '1795410668332000',
      durUs: '48828',
      traceId: '36800ff0d7d2526aaee3629f8e6c87ee',
    });
  });
});

describe('the patterns', () => {
  it('use no formatter: Jaeger drops a tag link that has one', () => {
    for (const { url, text } of linkPatterns) expect(url + text).not.toContain('|');
  });

  it('have a text, without which Jaeger drops them', () => {
    for (const { text } of linkPatterns) expect(text).not.toBe('');
  });
});

it('reads the trace as Jaeger shows it: microseconds, and no service.name among the tags', () => {
  expect(trace.traceName).toBe('nemotron-backend: POST /api/models/:name/load');
  expect(load.process.tags.map(({ key }) => key)).toEqual([
    'service.version',
    'deployment.environment.name',
    'hsi.service',
  ]);
  expect(load.parent?.operationName).toBe('POST /api/models/:name/load');
});
