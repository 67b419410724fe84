import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  AuditEntry,
  AuditQuery,
  ConfigResponse,
  EventsQuery,
  InferenceResult,
  ModelName,
  NewEvent,
  Problem,
} from './index.ts';

const fits = (schema: v.GenericSchema, value: unknown) => v.is(schema, value);

describe('the configuration', () => {
  it('needs no more than the Grafana URL', () => {
    expect(fits(ConfigResponse, { grafana_url: '/grafana' })).toBe(true);
    expect(fits(ConfigResponse, { pyroscope_url: 'http://localhost:4040' })).toBe(false);
  });

  it('keeps working when a newer backend answers more', () => {
    expect(v.parse(ConfigResponse, { grafana_url: '/g', invented: 1 })).toEqual({
      grafana_url: '/g',
    });
  });
});

describe('a model name', () => {
  it.each([
    ['clip-vit-l', true],
    ['paddleocr', true],
    ['../secret', false],
    ['a--b', false],
    ['', false],
    ['A', false],
    ['a'.repeat(65), false],
  ])('%j fits: %s', (name, expected) => {
    expect(fits(ModelName, name)).toBe(expected);
  });
});

describe('an audit query', () => {
  it('reads numbers from a query string and has a page size', () => {
    expect(v.parse(AuditQuery, { from: '1000', limit: '10', cursor: '7' })).toEqual({
      from: 1000,
      limit: 10,
      cursor: 7,
    });
    expect(v.parse(AuditQuery, {})).toEqual({ limit: 50 });
  });

  it.each([
    { limit: '0' },
    { limit: '501' },
    { limit: '1e2' },
    { from: '-1' },
    { from: '99999999999999999' },
    { action: 'delete' },
    { cursor: 'abc' },
  ])('refuses %j', (query) => {
    expect(fits(AuditQuery, query)).toBe(false);
  });
});

describe('an audit entry', () => {
  const entry = {
    id: 1,
    time: 1_700_000_000_000,
    actor: 'browser',
    action: 'load',
    model: 'paddleocr',
    duration_ms: 1.5,
    result: 'ok',
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    span_id: 'b7ad6b7169203331',
  };

  it('links to a trace and a span', () => {
    expect(fits(AuditEntry, entry)).toBe(true);
    expect(fits(AuditEntry, { ...entry, span_id: '' })).toBe(false);
    expect(fits(AuditEntry, { ...entry, trace_id: entry.trace_id.toUpperCase() })).toBe(false);
  });
});

describe('a new event', () => {
  it('is one line of text', () => {
    expect(v.parse(NewEvent, { kind: 'deploy', text: ' 1.2.0 ', service: 'florence' })).toEqual({
      kind: 'deploy',
      text: '1.2.0',
      service: 'florence',
    });
    expect(fits(NewEvent, { kind: 'note', text: 'two\nlines' })).toBe(false);
    expect(fits(NewEvent, { kind: 'note', text: '   ' })).toBe(false);
    expect(fits(NewEvent, { kind: 'note', text: 'x'.repeat(201) })).toBe(false);
    expect(fits(NewEvent, { kind: 'party', text: 'x' })).toBe(false);
  });

  it('is asked for by time and service', () => {
    expect(v.parse(EventsQuery, { from: '5', service: 'florence' })).toEqual({
      from: 5,
      service: 'florence',
    });
    expect(fits(EventsQuery, { to: 'now' })).toBe(false);
  });
});

describe('an inference result', () => {
  it('is told apart by its kind', () => {
    expect(
      fits(InferenceResult, {
        kind: 'text',
        lines: [{ text: 'HSI', score: 0.9, box: [0, 0, 10, 5] }],
      }),
    ).toBe(true);
    expect(fits(InferenceResult, { kind: 'classes', items: [{ label: 'cat' }] })).toBe(false);
    expect(fits(InferenceResult, { kind: 'smell', items: [] })).toBe(false);
  });
});

describe('a problem', () => {
  it('has a status of an error and a sentence', () => {
    const problem = {
      type: 'about:blank',
      title: 'Unknown model',
      status: 404,
      detail: 'x',
      code: 'unknown-model',
    };
    expect(fits(Problem, problem)).toBe(true);
    expect(fits(Problem, { ...problem, status: 200 })).toBe(false);
  });
});
