import { fromBinary, fromJson, type JsonValue, toBinary, toJson } from '@bufbuild/protobuf';
import { ProfileSchema, PushRequestSchema } from '@hsi/pyroscope-api/server';
import { gunzipSync, gzipSync } from 'node:zlib';
import { isGzip } from '../body.ts';
import { parseMultipart } from '../ingest/multipart.ts';
import { ingestBody, type RecordedIngest, recordedIngests, recordedQueries } from './recordings.ts';

/** End of the range that the recorded queries ask for. */
const RECORDED_END = 1_795_397_720_000;
/** What the recorded times begin with, in seconds, milliseconds and nanoseconds. */
const RECORDED_TIME = /\b1795397(?:\d{3}|\d{6}|\d{12})\b/g;
/** Times move by whole minutes, so that they stay where they are within every step. */
const MINUTE = 60_000;

/**
 * The recordings as if they had been made just now, by services of one run alone: a server that
 * takes no old profiles takes them, and what it stored before is not in the way.
 */
export class RecentRecordings {
  private readonly shiftMs: number;

  constructor(
    nowMs: number,
    /** What is added to the name of each service. */
    private readonly run: string,
  ) {
    this.shiftMs = Math.floor((nowMs - RECORDED_END) / MINUTE) * MINUTE;
  }

  /** The name in this run of a recorded service. */
  service(recorded: string): string {
    return `${recorded}-${this.run}`;
  }

  async ingests() {
    return Promise.all(
      recordedIngests().map(async (ingest) => ({
        file: ingest.file,
        status: ingest.status,
        url: this.text(ingest.url).replace(/(name=)([^&%]+)/, (_, key: string, name: string) => {
          return key + this.service(name);
        }),
        ...(await this.body(ingest)),
      })),
    );
  }

  queries() {
    return recordedQueries().map((recorded) => {
      const text = this.text(JSON.stringify(recorded))
        .replace(/(service_name=\\+")([^"\\]+)/g, (_, key: string, name: string) => {
          return key + this.service(name);
        })
        .replace(/(service_name%3D%22)([^%]+)/g, (_, key: string, name: string) => {
          return key + this.service(name);
        })
        .replace(/("name":"service_name","value":")([^"]+)/g, (_, key: string, name: string) => {
          return key + this.service(name);
        });
      return JSON.parse(text) as typeof recorded;
    });
  }

  /** Moves the times in a text. */
  private text(recorded: string): string {
    return recorded.replace(RECORDED_TIME, (time) => {
      const nanos = BigInt(this.shiftMs) * 1_000_000n;
      return String(BigInt(time) + nanos / 10n ** BigInt(19 - time.length));
    });
  }

  private async body(ingest: RecordedIngest): Promise<{ contentType: string; body: Uint8Array }> {
    const { contentType, file } = ingest;
    const body = ingestBody(ingest);
    if (contentType.startsWith('multipart/')) {
      const form = new FormData();
      for (const [name, part] of parseMultipart(body, contentType)) {
        form.set(name, new Blob([name === 'profile' ? this.pprof(part) : Uint8Array.from(part)]));
      }
      const encoded = new Response(form);
      return {
        contentType: encoded.headers.get('content-type')!,
        body: new Uint8Array(await encoded.arrayBuffer()),
      };
    }
    if (ingest.url.includes('/push.v1')) return { contentType, body: this.push(body) };
    if (!ingest.url.includes('format=pprof')) return { contentType, body };
    if (body.length === 0) throw new Error(`${file} is empty.`);
    return { contentType, body: this.pprof(body) };
  }

  private push(body: Buffer): Uint8Array {
    const request = fromJson(PushRequestSchema, JSON.parse(body.toString()) as JsonValue);
    for (const { labels, samples } of request.series) {
      for (const label of labels) {
        if (label.name === 'service_name') label.value = this.service(label.value);
      }
      for (const sample of samples) sample.rawProfile = this.pprof(sample.rawProfile);
    }
    return Buffer.from(JSON.stringify(toJson(PushRequestSchema, request)));
  }

  private pprof(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    const profile = fromBinary(ProfileSchema, isGzip(bytes) ? gunzipSync(bytes) : bytes);
    if (profile.timeNanos > 0n) profile.timeNanos += BigInt(this.shiftMs) * 1_000_000n;
    return Uint8Array.from(gzipSync(toBinary(ProfileSchema, profile)));
  }
}
