import { readFileSync } from 'node:fs';
import { findService, MODEL_ZOO_SERVICE } from '@hsi/model-zoo-catalog';
import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../settings.mjs';
import recorded from './fixtures/backend-trace.otlp.json';
import { jaegerTrace, tagLinks, traceLinks, type LinkPattern } from './jaeger-links.ts';

const file = new URL('../../monitoring/jaeger/ui.json', import.meta.url);
const { linkPatterns } = JSON.parse(readFileSync(file, 'utf8')) as { linkPatterns: LinkPattern[] };

/** Loading a model: the request, which has its profile's id, and within it the load. */
const trace = jaegerTrace(recorded);
const named = (name: string) => {
  const span = trace.spans.find(({ operationName }) => operationName === name);
  if (!span) throw new Error(`The recorded trace has no span ${name}.`);
  return span;
};
const request = named('POST /api/models/:name/load');
const load = named('model.load');

const open = (url: string | undefined) => new URL(url ?? '');

describe('a span of our backend in Jaeger', () => {
  const [link, ...others] = tagLinks(linkPatterns, trace, request, 'pyroscope.profile.id');

  it('leads from its profile id to the page, with service, time, span and trace', () => {
    expect(others).toEqual([]);
    expect(link?.text).toBe(`Profile of span ${request.spanID}`);
    const url = open(link?.url);
    expect(url.pathname).toBe('/pyroscope');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      view: 'profiles',
      service: 'nemotron-backend',
      fromUs: '1795413320571000',
      durUs: '54021',
      spanId: '7c569b202008c821',
      traceId: '2787a6f72899f05e45436294f276eb3f',
    });
    expect(findService(url.searchParams.get('service') ?? '')?.serviceName).toBe(MODEL_ZOO_SERVICE);
  });

  it('opens the page where npm start serves it', () => {
    const gateway = SETTINGS.find(({ name }) => name === 'GATEWAY_PORT')?.default;
    expect(open(link?.url).origin).toBe(`http://127.0.0.1:${gateway}`);
  });

  it('has no link on its other tags', () => {
    expect(tagLinks(linkPatterns, trace, request, 'http.route')).toEqual([]);
  });

  it('has no link without the resource attribute hsi.service, because Jaeger has no variable for the service', () => {
    const bare = { ...request, process: { ...request.process, tags: [] } };
    expect(tagLinks(linkPatterns, trace, bare, 'pyroscope.profile.id')).toEqual([]);
  });

  it('takes what it lacks from its ancestors', () => {
    const inner = {
      ...load,
      tags: [{ key: 'pyroscope.profile.id', value: load.spanID }],
      process: { ...load.process, tags: [] },
    };
    const [inherited] = tagLinks(linkPatterns, trace, inner, 'pyroscope.profile.id');
    expect(open(inherited?.url).searchParams.get('service')).toBe('nemotron-backend');
  });

  it('keeps a value that would end the parameter inside it', () => {
    const odd = {
      ...request,
      process: { ...request.process, tags: [{ key: 'hsi.service', value: 'a&b=c#d' }] },
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
      fromUs: '1795413320571000',
      durUs: '54021',
      traceId: '2787a6f72899f05e45436294f276eb3f',
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
  expect(request.process.tags.map(({ key }) => key)).toEqual([
    'service.version',
    'deployment.environment.name',
    'hsi.service',
  ]);
  expect(load.parent?.operationName).toBe('POST /api/models/:name/load');
});
