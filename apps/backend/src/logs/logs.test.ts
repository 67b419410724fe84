import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AuditEntry } from '@hsi/backend-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/test-app.ts';
import { AuditLog } from './audit-log.ts';
import { EventLog } from './event-log.ts';

let folder: ReturnType<typeof temporaryFolder>;
let warnings: string[];
beforeEach(() => {
  folder = temporaryFolder();
  warnings = [];
});
afterEach(() => folder.remove());

const warn = (message: string) => void warnings.push(message);
const openAudit = (keep?: number) =>
  new AuditLog({
    folder: folder.path,
    jaegerUrl: undefined,
    warn,
    ...(keep === undefined ? {} : { keep }),
  });

function entry(time: number, parts: Partial<AuditEntry> = {}): Omit<AuditEntry, 'id'> {
  return {
    time,
    actor: 'browser',
    action: 'load',
    model: 'paddleocr',
    duration_ms: 1,
    result: 'ok',
    trace_id: 'a'.repeat(32),
    span_id: 'b'.repeat(16),
    ...parts,
  };
}

const times = (page: { items: readonly AuditEntry[] }) => page.items.map(({ time }) => time);

describe('the audit', () => {
  it('answers in pages, the newest first, until the last', () => {
    const audit = openAudit();
    for (let time = 1; time <= 5; time++) audit.append(entry(time));
    const first = audit.query({ limit: 2 });
    expect(times(first)).toEqual([5, 4]);
    const second = audit.query({ limit: 2, cursor: first.next! });
    expect(times(second)).toEqual([3, 2]);
    const last = audit.query({ limit: 2, cursor: second.next! });
    expect([times(last), last.next]).toEqual([[1], null]);
  });

  it('has no further page when the last one is full', () => {
    const audit = openAudit();
    audit.append(entry(1));
    expect(audit.query({ limit: 1 }).next).toBeNull();
  });

  it('keeps pages steady while entries arrive', () => {
    const audit = openAudit();
    for (let time = 1; time <= 4; time++) audit.append(entry(time));
    const first = audit.query({ limit: 2 });
    audit.append(entry(9));
    expect(times(audit.query({ limit: 2, cursor: first.next! }))).toEqual([2, 1]);
  });

  it.each([
    [{ model: 'clip-vit-l' }, [2]],
    [{ action: 'unload' as const }, [3]],
    [{ result: 'failed' as const }, [4]],
    [{ actor: 'zoo' }, [5]],
    [{ from: 2, to: 4 }, [3, 2]],
  ])('narrows by %j', (filter, expected) => {
    const audit = openAudit();
    audit.append(entry(1));
    audit.append(entry(2, { model: 'clip-vit-l' }));
    audit.append(entry(3, { action: 'unload' }));
    audit.append(entry(4, { result: 'failed' }));
    audit.append(entry(5, { actor: 'zoo' }));
    expect(times(audit.query({ limit: 50, ...filter }))).toEqual(expected);
  });

  it('is kept across restarts and goes on counting', () => {
    const before = openAudit();
    before.append(entry(1));
    before.close();
    const after = openAudit();
    after.append(entry(2));
    expect(after.query({ limit: 5 }).items.map(({ id }) => id)).toEqual([2, 1]);
  });

  it('survives a torn last line and says so', () => {
    const before = openAudit();
    before.append(entry(1));
    before.close();
    appendFileSync(join(folder.path, 'audit.jsonl'), '{"id":2,"time":');
    const after = openAudit();
    expect(times(after.query({ limit: 5 }))).toEqual([1]);
    expect(warnings).toEqual([expect.stringContaining('1 line(s) could not be read')]);
    after.append(entry(3));
    after.close();
    expect(times(openAudit().query({ limit: 5 }))).toEqual([3, 1]);
  });

  it('leaves out lines that are not entries', () => {
    writeFileSync(join(folder.path, 'audit.jsonl'), '{"id":1}\n[]\n');
    expect(openAudit().query({ limit: 5 }).items).toEqual([]);
    expect(warnings).toHaveLength(1);
  });

  it('keeps so many and no more, in memory and on disk', () => {
    const audit = openAudit(3);
    for (let time = 1; time <= 20; time++) audit.append(entry(time));
    expect(times(audit.query({ limit: 50 }))).toEqual([20, 19, 18]);
    const lines = readFileSync(join(folder.path, 'audit.jsonl'), 'utf8').trim().split('\n');
    expect(lines.length).toBeLessThanOrEqual(6);
    audit.close();
    expect(times(openAudit(3).query({ limit: 50 }))).toEqual([20, 19, 18]);
  });

  it('knows where a trace is found', () => {
    const jaegerUrl = 'http://localhost:16686';
    const audit = new AuditLog({ folder: folder.path, jaegerUrl, warn });
    expect(audit.query({ limit: 1 }).trace_url).toBe('http://localhost:16686/trace/{trace_id}');
    expect(openAudit().query({ limit: 1 }).trace_url).toBeNull();
  });
});

describe('a log whose file cannot be written', () => {
  it('says so and keeps records in memory', () => {
    // A folder in the place of the new file makes writing it impossible.
    mkdirSync(join(folder.path, 'audit.jsonl.new'));
    const audit = openAudit();
    audit.append(entry(1));
    expect(times(audit.query({ limit: 5 }))).toEqual([1]);
    expect(audit.failure).toContain('EISDIR');
    expect(warnings).toEqual([expect.stringContaining('kept in memory only')]);
  });
});

describe('events', () => {
  it('are answered in the order of their time, by range and service', () => {
    const events = new EventLog(folder.path, warn);
    events.append({ kind: 'note', text: 'all', time: 20 }, 99);
    events.append({ kind: 'deploy', text: 'early', service: 'florence', time: 10 }, 99);
    events.append({ kind: 'start', text: 'now', service: 'nemotron' }, 30);
    const texts = (query: object) => events.query(query).events.map(({ text }) => text);
    expect(texts({})).toEqual(['early', 'all', 'now']);
    expect(texts({ from: 20, to: 30 })).toEqual(['all']);
    expect(texts({ service: 'florence' })).toEqual(['early', 'all']);
  });
});
