import { StoreUnavailable } from './errors.ts';
import { type StretchSet } from './stretch-set.ts';

interface Group {
  readonly done: Promise<void>;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * Commits in groups: what is added while a commit is under way goes into the next one, so that one
 * fsync serves all who wait. Other work on the writing connection takes its turn between commits.
 */
export class Writer {
  private group: Group | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly files: Pick<StretchSet, 'all' | 'commit'>,
    private readonly outcome: {
      stored(): void;
      /** Recovers, before those who wait are told. */
      failed(error: unknown): Promise<void>;
    },
  ) {}

  /** Resolves when everything that is collected now is durable. @throws StoreUnavailable */
  commit(): Promise<void> {
    if (this.group === undefined) {
      this.group = makeGroup();
      void this.exclusive(() => this.commitGroup());
    }
    return this.group.done;
  }

  /** Runs `work` alone on the writing connection. */
  exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** Refuses those who wait for the next commit: what they collected is gone. */
  abandon(error: unknown): void {
    this.group?.reject(unavailable(error));
    this.group = undefined;
  }

  private async commitGroup(): Promise<void> {
    // The requests that arrived with the same read of the sockets join.
    await new Promise((resolve) => setImmediate(resolve));
    const { group } = this;
    if (group === undefined) return;
    this.group = undefined;
    const writing = this.files.all
      .filter(({ hasRows }) => hasRows)
      .map((stretch) => [stretch, stretch.takeBatch()] as const);
    try {
      await this.files.commit(writing);
    } catch (error) {
      await this.outcome.failed(error).catch(() => undefined);
      group.reject(unavailable(error));
      return;
    }
    group.resolve();
    const failed = writing.find(([{ file }]) => file.checkpointFailure !== undefined);
    if (failed === undefined) this.outcome.stored();
    else await this.outcome.failed(failed[0].file.checkpointFailure).catch(() => undefined);
  }
}

function unavailable(error: unknown): StoreUnavailable {
  if (error instanceof StoreUnavailable) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new StoreUnavailable(reason, { cause: error });
}

function makeGroup(): Group {
  let settle: Pick<Group, 'resolve' | 'reject'> | undefined;
  const done = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { done, ...settle! };
}
