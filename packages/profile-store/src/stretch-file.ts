import { type DuckDBAppender } from '@duckdb/node-api';
import { statSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { appendColumns, type Column } from './columns.ts';
import { type Engine, literal } from './engine.ts';
import { RemovedFile, UnusableDataDirectory } from './errors.ts';
import { FORMAT_VERSION, type TableName, TABLES } from './schema.ts';
import { syncDirectory } from './sync.ts';

/** One DuckDB file, attached to the engine. Everything but `measure` needs the writing connection. */
export class StretchFile {
  /** True when the file could only be opened for reading. */
  isReadOnly = false;
  /** Set when rows were committed but DuckDB then failed to fold its log: open it anew. */
  checkpointFailure: unknown;
  /** Bytes of the file and its write-ahead log when last looked at. */
  bytes = 0;

  /** Which file it is, whatever its name is by now. */
  private inode = 0;
  private readonly appenders = new Map<TableName, DuckDBAppender>();

  private constructor(
    private readonly engine: Engine,
    readonly path: string,
    /** Name of the attached file in SQL. */
    readonly catalog: string,
  ) {}

  /** Attaches a file, made when absent. @throws UnusableDataDirectory for another format */
  static async open(engine: Engine, path: string, catalog: string): Promise<StretchFile> {
    const file = new StretchFile(engine, path, catalog);
    await file.attach();
    try {
      await file.prepare();
      file.inode = (await fs.stat(path)).ino;
    } catch (error) {
      await file.detach().catch(() => undefined);
      throw error;
    }
    return file;
  }

  /** Attaches the file; where nothing can be written it is still there to be read. */
  private async attach(): Promise<void> {
    const { writer } = this.engine;
    const statement = `ATTACH ${literal(this.path)} AS ${this.catalog}`;
    try {
      await writer.run(statement);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!/read-only|permission denied|no space/i.test(reason)) throw error;
      await writer.run(`${statement} (READ_ONLY)`).catch(() => {
        throw error;
      });
      this.isReadOnly = true;
    }
  }

  private async prepare(): Promise<void> {
    const { writer } = this.engine;
    const tables = await this.texts(
      `SELECT table_name FROM duckdb_tables() WHERE database_name = ${literal(this.catalog)}`,
    );
    if (tables.length === 0) {
      const creates = Object.entries(TABLES).map(
        ([name, columns]) => `CREATE TABLE ${this.catalog}.${name}(${columns});`,
      );
      await writer.run(
        `BEGIN; CREATE TABLE ${this.catalog}.format(version INTEGER);
         INSERT INTO ${this.catalog}.format VALUES (${FORMAT_VERSION}); ${creates.join(' ')} COMMIT;`,
      );
      await writer.run(`CHECKPOINT ${this.catalog}`);
      await syncDirectory(this.path.replace(/[^/\\]*$/, ''));
      return;
    }
    const versions = tables.includes('format')
      ? await this.texts(`SELECT version::VARCHAR FROM ${this.catalog}.format`)
      : [];
    if (versions[0] !== String(FORMAT_VERSION)) {
      throw new UnusableDataDirectory(
        `${this.path} has the format ${versions[0] ?? 'of something else'}; this version reads format ${FORMAT_VERSION}. ` +
          'Start the version that wrote it, or set DATA_DIR to another directory.',
      );
    }
  }

  private async texts(sql: string): Promise<string[]> {
    const rows = await this.engine.writer.run(sql);
    return (await rows.getRows()).map(([value]) => String(value));
  }

  /**
   * Appends rows in one transaction; when it resolves they survive a crash. When it fails nothing
   * of them is in the file.
   * @throws RemovedFile when there is no file any more: what it was given survives nothing
   */
  async append(rows: readonly (readonly [TableName, readonly Column[]])[]): Promise<void> {
    const { writer } = this.engine;
    await writer.run('BEGIN');
    try {
      for (const [table, columns] of rows) {
        if (columns[0]!.length > 0) appendColumns(await this.appender(table), columns);
      }
      await writer.run('COMMIT').catch((error: unknown) => {
        if (!isDurable(error)) throw error;
        this.checkpointFailure = error;
      });
    } catch (error) {
      this.dropAppenders();
      await writer.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
    // At once: a turn of the thread pool would take as long as the commit.
    const found = statSync(this.path, { throwIfNoEntry: false });
    if (found?.ino !== this.inode) throw new RemovedFile(this.path);
  }

  /** Takes back every profile with an id above `last`. */
  async removeProfilesAfter(last: number): Promise<void> {
    const { catalog } = this;
    const { writer } = this.engine;
    await writer.run('BEGIN');
    try {
      await writer.run(`DELETE FROM ${catalog}.sample WHERE profile > ${last}`);
      await writer.run(`DELETE FROM ${catalog}.span_sample WHERE profile > ${last}`);
      await writer.run(`DELETE FROM ${catalog}.profile WHERE id > ${last}`);
      // Their ids are given again: a roll-up that holds them would count for the next ones.
      await writer.run(`DELETE FROM ${catalog}.rolled WHERE last_profile > ${last}`);
      await writer.run('COMMIT');
    } catch (error) {
      await writer.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  private async appender(table: TableName): Promise<DuckDBAppender> {
    const found = this.appenders.get(table);
    if (found !== undefined) return found;
    const made = await this.engine.writer.createAppender(table, 'main', this.catalog);
    this.appenders.set(table, made);
    return made;
  }

  private dropAppenders(): void {
    for (const appender of this.appenders.values()) {
      try {
        appender.clear();
        appender.closeSync();
      } catch {
        // It belongs to a transaction that failed; there is nothing left to close.
      }
    }
    this.appenders.clear();
  }

  /** Folds the write-ahead log into the file. */
  async checkpoint(): Promise<void> {
    await this.engine.writer.run(`CHECKPOINT ${this.catalog}`);
  }

  async detach(): Promise<void> {
    this.dropAppenders();
    await this.engine.writer.run(`DETACH ${this.catalog}`);
  }

  /** Detaches the file and removes it: its space is free again. */
  async remove(): Promise<void> {
    await this.detach();
    await fs.rm(this.path, { force: true });
    await fs.rm(`${this.path}.wal`, { force: true });
  }

  /** Looks at the size of the file and its log. */
  async measure(): Promise<number> {
    const sizes = await Promise.all(
      [this.path, `${this.path}.wal`].map((path) =>
        fs.stat(path).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    this.bytes = sizes.reduce((sum, size) => sum + size, 0);
    return this.bytes;
  }
}

/** True for a commit that is in the write-ahead log although what DuckDB did next failed. */
function isDurable(error: unknown): boolean {
  return error instanceof Error && error.message.includes('COMMIT succeeded and is durable');
}
