import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBMaterializedResult,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';

/** Connections that read; more would only share the same cores. */
const READERS = 3;
/** How long a query may go on after the engine is to close, milliseconds. */
const CLOSE_LIMIT_MS = 2_000;

export interface EngineOptions {
  /** DuckDB's memory for buffers, e.g. `96MB`. */
  readonly memoryLimit: string;
  readonly threads: number;
  /** Where DuckDB may spill; inside the data directory. */
  readonly tempDirectory: string;
  /** Size at which a write-ahead log is folded into its file; a long log makes a slow start. */
  readonly walLimit: string;
}

/** One DuckDB instance in memory, to which the files are attached: one writer, some readers. */
export class Engine {
  private readonly idle: DuckDBConnection[];
  private readonly waiting: ((reader: DuckDBConnection) => void)[] = [];
  private isClosing = false;

  private constructor(
    private readonly instance: DuckDBInstance,
    readonly writer: DuckDBConnection,
    private readonly readers: readonly DuckDBConnection[],
  ) {
    this.idle = [...readers];
  }

  static async open(options: EngineOptions): Promise<Engine> {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: options.memoryLimit,
      threads: String(options.threads),
      temp_directory: options.tempDirectory,
      checkpoint_threshold: options.walLimit,
      preserve_insertion_order: 'false',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const writer = await instance.connect();
    const readers = await Promise.all(Array.from({ length: READERS }, () => instance.connect()));
    return new Engine(instance, writer, readers);
  }

  /** Runs a query on a free reader; waits for one when all are busy. */
  async read(
    sql: string,
    values?: DuckDBValue[],
    types?: DuckDBType[],
  ): Promise<DuckDBMaterializedResult> {
    this.checkOpen();
    const reader = this.idle.pop() ?? (await this.freed());
    try {
      this.checkOpen();
      return await reader.run(sql, values, types);
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.idle.push(reader);
      else next(reader);
    }
  }

  private checkOpen(): void {
    if (this.isClosing) throw new Error('The files are being closed; ask again.');
  }

  private freed(): Promise<DuckDBConnection> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Closes everything when the queries that run have ended; those that take long are broken off. */
  async close(): Promise<void> {
    this.isClosing = true;
    const limit = setTimeout(() => {
      for (const reader of this.readers) reader.interrupt();
    }, CLOSE_LIMIT_MS);
    const busy = this.readers.length - this.idle.length;
    for (let reader = 0; reader < busy; reader++) await this.freed();
    clearTimeout(limit);
    for (const reader of this.readers) reader.closeSync();
    this.writer.closeSync();
    this.instance.closeSync();
  }
}

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
