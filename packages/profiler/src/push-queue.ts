/** One profile on its way: the query of `/ingest` and the gzipped pprof. */
export interface Push {
  readonly query: URLSearchParams;
  readonly body: Uint8Array<ArrayBuffer>;
}

export interface PushQueueOptions {
  /** Address of the profile server, e.g. `http://127.0.0.1:4040`. */
  readonly serverAddress: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The oldest profiles are dropped beyond these. */
  readonly maxPushes: number;
  readonly maxBytes: number;
  /** Milliseconds that one request may take. */
  readonly timeoutMs: number;
  /** Milliseconds to wait after the first failure; doubled with each further one. */
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  readonly warn: (message: string) => void;
  readonly fetch?: typeof fetch;
  /** A number in [0, 1): spreads the retries of many processes. */
  readonly random?: () => number;
}

export interface PushCounts {
  readonly sent: number;
  /** Pushed out of the full queue while the server was away. */
  readonly dropped: number;
  /** Refused by the server (4xx). */
  readonly refused: number;
  readonly waiting: number;
}

type Outcome = 'sent' | 'refused' | { readonly retryAfterMs: number | undefined };

/**
 * Sends profiles in order, one at a time, and never lets the application notice: the queue is
 * bounded, a server that is away or overloaded is asked again with growing pauses, what it refuses
 * is dropped. Says once that the server went away, and once that it is back.
 */
export class PushQueue {
  private readonly waiting: Push[] = [];
  private bytes = 0;
  private sent = 0;
  private dropped = 0;
  private refused = 0;
  private failures = 0;
  private readonly refusalsSaid = new Set<number>();
  private sending: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  private readonly end = new AbortController();

  constructor(private readonly options: PushQueueOptions) {}

  get counts(): PushCounts {
    const { sent, dropped, refused } = this;
    return { sent, dropped, refused, waiting: this.waiting.length };
  }

  push(push: Push): void {
    if (this.closed) return;
    this.waiting.push(push);
    this.bytes += push.body.byteLength;
    while (
      this.waiting.length > this.options.maxPushes ||
      (this.bytes > this.options.maxBytes && this.waiting.length > 1)
    ) {
      this.takeFirst();
      this.dropped++;
    }
    if (this.timer === undefined) this.send();
  }

  /** Sends what waits, without retries, for at most `limitMs`; then nothing is sent any more. */
  async close(limitMs: number): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.send();
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limitMs);
    });
    await Promise.race([this.sending, limit]);
    clearTimeout(timer);
    this.end.abort();
    this.dropped += this.waiting.length;
    this.waiting.length = 0;
  }

  private send(): void {
    this.sending ??= this.sendAll().finally(() => {
      this.sending = undefined;
    });
  }

  private async sendAll(): Promise<void> {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      const outcome = await this.request(next);
      if (typeof outcome === 'object') {
        this.failures++;
        if (!this.closed) this.retryLater(outcome.retryAfterMs);
        return;
      }
      if (this.failures > 0)
        this.options.warn(`${this.options.serverAddress} takes profiles again.`);
      this.failures = 0;
      this[outcome]++;
      // The queue may have dropped it meanwhile.
      if (this.waiting[0] === next) this.takeFirst();
    }
  }

  private async request(push: Push): Promise<Outcome> {
    const { serverAddress, headers, timeoutMs } = this.options;
    const send = this.options.fetch ?? fetch;
    try {
      const response = await send(`${serverAddress}/ingest?${push.query}`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/octet-stream' },
        body: push.body,
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), this.end.signal]),
      });
      const text = await response.text();
      if (response.ok) return 'sent';
      if (response.status === 429 || response.status >= 500) {
        this.sayAway(`it answers ${response.status}`);
        return { retryAfterMs: retryAfterMs(response.headers.get('retry-after')) };
      }
      this.sayRefused(response.status, text);
      return 'refused';
    } catch (error) {
      this.sayAway(reason(error));
      return { retryAfterMs: undefined };
    }
  }

  private retryLater(retryAfter: number | undefined): void {
    const { firstDelayMs, maxDelayMs, random = Math.random } = this.options;
    const backOff = Math.min(firstDelayMs * 2 ** (this.failures - 1), maxDelayMs);
    const delay = Math.max(retryAfter ?? 0, backOff * (0.5 + random() / 2));
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        this.send();
      },
      Math.min(delay, maxDelayMs),
    );
    this.timer.unref();
  }

  private sayAway(why: string): void {
    // A server that goes away when everything stops is no news.
    if (this.failures > 0 || this.closed) return;
    this.options.warn(
      `Profiles cannot be sent to ${this.options.serverAddress}: ${why}. They are kept for a while and sent when it answers again.`,
    );
  }

  private sayRefused(status: number, text: string): void {
    if (this.refusalsSaid.has(status)) return;
    this.refusalsSaid.add(status);
    const detail = text.trim().slice(0, 300);
    this.options.warn(
      `${this.options.serverAddress} refuses profiles with ${status}${detail && `: ${detail}`}. Refused profiles are dropped; this is said once.`,
    );
  }

  private takeFirst(): void {
    this.bytes -= this.waiting.shift()?.body.byteLength ?? 0;
  }
}

function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'it does not answer in time';
  return error.cause instanceof Error ? error.cause.message : error.message;
}
