import { PyroscopeError } from '@hsi/pyroscope-api';
import { gzipSync } from 'node:zlib';
import { type Server } from '../options.ts';
import { type Connection, patiently, refusalText } from './connection.ts';
import {
  ExportStopped,
  inParallel,
  seriesKey,
  type StoredProfile,
  type Tally,
  type Target,
} from './stored-profile.ts';
import { labelNamesOf, millisecondTotals, WINDOW_MS } from './totals.ts';

/** Profiles and bytes of one push. */
const PUSH_PROFILES = 25;
const PUSH_BYTES = 2_000_000;
const TRIES = 6;

/** Series -> millisecond -> total. */
type Totals = Map<string, Map<number, number>>;

/**
 * Pushes what the target does not have. It knows by asking: the total of a series at a millisecond
 * is what was delivered there, or the profile is missing. So an export may end at any moment, an
 * answer may be lost, and running it again stores nothing twice.
 */
export class ServerTarget implements Target {
  /** What the target must have of every profile that was seen. */
  private readonly expected: Totals = new Map();
  private readonly surplus = new Map<string, { key: string; time: number; total: number }>();

  constructor(
    private readonly connection: Connection,
    private readonly width: number,
  ) {}

  get server(): Server {
    return this.connection.server;
  }

  async deliver(profiles: readonly StoredProfile[], tally: Tally): Promise<void> {
    // Profiles of one series and one millisecond are delivered one after the other: then what the
    // target has there says how many of them it has.
    for (const round of rounds(profiles)) {
      const missing = await this.missing(round);
      tally.present += round.length - missing.length;
      await inParallel(pushes(missing), this.width, (push) => this.push(push, tally));
    }
    await this.verify(profiles);
  }

  finish(tally: Tally): void {
    for (const { key, time, total } of this.surplus.values()) {
      if (!same(total, this.expected.get(key)?.get(time) ?? 0)) tally.surplus++;
    }
  }

  /** Those that the target does not have; the others count as expected from now on. */
  private async missing(profiles: readonly StoredProfile[]): Promise<StoredProfile[]> {
    if (profiles.length === 0) return [];
    const stored = await this.stored(profiles);
    return profiles.filter((profile) => {
      const key = keyOf(profile);
      const there = stored.get(key)?.get(profile.time) ?? 0;
      const wanted = this.wanted(profile) + profile.total;
      if (there < wanted && !same(there, wanted)) return true;
      this.expect(profile);
      return false;
    });
  }

  private wanted(profile: StoredProfile): number {
    return this.expected.get(keyOf(profile))?.get(profile.time) ?? 0;
  }

  private expect(profile: StoredProfile): void {
    const key = keyOf(profile);
    const times = this.expected.get(key) ?? new Map<number, number>();
    this.expected.set(key, times);
    times.set(profile.time, (times.get(profile.time) ?? 0) + profile.total);
  }

  /** What the target has at the times of these profiles. */
  private async stored(profiles: readonly StoredProfile[]): Promise<Totals> {
    const groups = new Map<string, StoredProfile[]>();
    for (const profile of profiles) {
      const { service, typeId, time } = profile;
      const group = JSON.stringify([service, typeId, Math.floor(time / WINDOW_MS)]);
      groups.set(group, [...(groups.get(group) ?? []), profile]);
    }
    const all: Totals = new Map();
    await inParallel([...groups.values()], this.width, async (group) => {
      const { service, typeId } = group[0]!;
      const times = group.map(({ time }) => time);
      const range = { from: Math.min(...times), to: Math.max(...times) };
      const totals = await patiently(this.connection, async () => {
        const { client } = this.connection;
        const names = await labelNamesOf(client, service, range);
        return millisecondTotals(client, service, typeId, { ...range, matchers: [] }, names);
      });
      for (const [key, series] of totals) {
        all.set(key, new Map([...(all.get(key) ?? []), ...series.totals]));
      }
    });
    return all;
  }

  private async push(profiles: readonly StoredProfile[], tally: Tally): Promise<void> {
    let waiting = profiles;
    for (let attempt = 1; waiting.length > 0; attempt++) {
      const { problem, isRefusal, retryAfter } = await this.send(waiting, tally);
      if (problem === undefined) {
        for (const profile of waiting) this.expect(profile);
        tally.stored += waiting.length;
        return;
      }
      if (!isRefusal && attempt >= TRIES) {
        throw new ExportStopped(
          `${this.connection.server.url} does not take profiles: ${problem}. ` +
            'Run the export again to go on; what was stored stays.',
        );
      }
      if (!isRefusal) await this.connection.wait((retryAfter ?? 0.25 * 2 ** attempt) * 1_000);
      // The push may have been stored, or some of it: whatever the answer was, look.
      const missing = await this.missing(waiting);
      tally.stored += waiting.length - missing.length;
      waiting = missing;
      if (!isRefusal) continue;
      if (waiting.length === 1) tally.refused.set(problem, (tally.refused.get(problem) ?? 0) + 1);
      else for (const profile of waiting) await this.push([profile], tally);
      return;
    }
  }

  private async send(
    profiles: readonly StoredProfile[],
    tally: Tally,
  ): Promise<{ problem?: string; isRefusal: boolean; retryAfter?: number | undefined }> {
    const body = JSON.stringify({ series: profiles.map(pushSeries) });
    try {
      const answer = await this.connection.request('/push.v1.PusherService/Push', {
        method: 'POST',
        type: 'application/json',
        body,
      });
      if (answer.status === 200) {
        tally.bytes += body.length;
        return { isRefusal: false };
      }
      const { status, retryAfter } = answer;
      const problem = `${refusalText(answer)} (status ${status})`;
      if (status === 401 || status === 403 || status === 404) {
        throw new ExportStopped(
          `${this.connection.server.url} does not take profiles: ${problem}. ` +
            'Is it the address of a Pyroscope server, and is PROFILES_TO_AUTH right?',
        );
      }
      const isRefusal = status < 500 && status !== 429 && status !== 408;
      return { problem, isRefusal, retryAfter };
    } catch (error) {
      if (!(error instanceof PyroscopeError)) throw error;
      return { problem: error.message.replace(/\.$/, ''), isRefusal: false };
    }
  }

  /** Looks whether the target shows what it took. @throws ExportStopped when it does not */
  private async verify(profiles: readonly StoredProfile[]): Promise<void> {
    const accepted = profiles.filter((profile) => this.wanted(profile) > 0);
    for (let attempt = 1; accepted.length > 0; attempt++) {
      const stored = await this.stored(accepted);
      let missing = 0;
      for (const profile of accepted) {
        const [key, { time }] = [keyOf(profile), profile];
        const total = stored.get(key)?.get(time) ?? 0;
        const wanted = this.wanted(profile);
        if (same(total, wanted)) continue;
        // More may be what a later page of the source still has.
        if (total > wanted) this.surplus.set(`${key}@${time}`, { key, time, total });
        else missing++;
      }
      if (missing === 0) return;
      if (attempt >= TRIES) {
        throw new ExportStopped(
          `${this.connection.server.url} took ${missing} profiles and does not show them (or shows ` +
            'them under other labels). The export stopped, so that nothing is stored twice.',
        );
      }
      await this.connection.wait(500 * 2 ** attempt);
    }
  }
}

function keyOf({ typeId, labels }: StoredProfile): string {
  return seriesKey(typeId, labels);
}

/** Equal as far as the API's numbers (doubles) tell. */
function same(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-12 * Math.max(a, b);
}

/** The first profile of every series and millisecond, then the second ones, and so on. */
function rounds(profiles: readonly StoredProfile[]): StoredProfile[][] {
  const seen = new Map<string, number>();
  const result: StoredProfile[][] = [];
  for (const profile of profiles) {
    const key = `${keyOf(profile)}@${profile.time}`;
    const round = seen.get(key) ?? 0;
    seen.set(key, round + 1);
    (result[round] ??= []).push(profile);
  }
  return result;
}

function pushes(profiles: readonly StoredProfile[]): StoredProfile[][] {
  const result: StoredProfile[][] = [];
  let bytes = Infinity;
  for (const profile of profiles) {
    const last = result.at(-1);
    if (last === undefined || last.length >= PUSH_PROFILES || bytes >= PUSH_BYTES) {
      result.push([profile]);
      bytes = profile.pprof.length;
    } else {
      last.push(profile);
      bytes += profile.pprof.length;
    }
  }
  return result;
}

function pushSeries({ labels, name, pprof }: StoredProfile) {
  // Pyroscope would take totals since the start of a process for what they are not without this.
  const all = { ...labels, __name__: name, __delta__: 'false' };
  return {
    labels: Object.entries(all).map(([key, value]) => ({ name: key, value })),
    samples: [{ rawProfile: gzipSync(pprof).toString('base64') }],
  };
}
