import { join } from 'node:path';
import { AuditEntry, type AuditQuery, type AuditResponse } from '@hsi/backend-api';
import { RecordLog } from './record-log.ts';

/** Entries that are kept: about 10 MB. */
const KEEP = 50_000;

export interface AuditLogOptions {
  readonly folder: string;
  /** For the links of the answer; undefined without a trace store. */
  readonly jaegerUrl: string | undefined;
  readonly warn: (message: string) => void;
  readonly keep?: number;
}

/** Who did what with which model, when, how long it took, how it ended, and in which span. */
export class AuditLog {
  readonly #log: RecordLog<typeof AuditEntry>;
  readonly #traceUrl: string | null;

  constructor({ folder, jaegerUrl, warn, keep = KEEP }: AuditLogOptions) {
    this.#log = new RecordLog({
      path: join(folder, 'audit.jsonl'),
      schema: AuditEntry,
      keep,
      warn,
    });
    this.#traceUrl = jaegerUrl === undefined ? null : `${jaegerUrl}/trace/{trace_id}`;
  }

  get failure(): string | undefined {
    return this.#log.failure;
  }

  append(entry: Omit<AuditEntry, 'id'>): AuditEntry {
    return this.#log.append(entry);
  }

  /** One page, the newest first. */
  query(query: AuditQuery): AuditResponse {
    const items: AuditEntry[] = [];
    const { records } = this.#log;
    let hasMore = false;
    for (let i = records.length - 1; i >= 0; i--) {
      const entry = records[i]!;
      if (!matches(entry, query)) continue;
      if (items.length === query.limit) {
        hasMore = true;
        break;
      }
      items.push(entry);
    }
    const last = items.at(-1);
    return { items, next: hasMore && last ? last.id : null, trace_url: this.#traceUrl };
  }

  close(): void {
    this.#log.close();
  }
}

function matches(entry: AuditEntry, query: AuditQuery): boolean {
  return (
    (query.cursor === undefined || entry.id < query.cursor) &&
    (query.model === undefined || entry.model === query.model) &&
    (query.action === undefined || entry.action === query.action) &&
    (query.result === undefined || entry.result === query.result) &&
    (query.actor === undefined || entry.actor === query.actor) &&
    (query.from === undefined || entry.time >= query.from) &&
    (query.to === undefined || entry.time < query.to)
  );
}
