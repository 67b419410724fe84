import { seededRandom } from '@hsi/test-kit';
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { decodePprof, encodePprof } from '@hsi/pprof-codec';
import { type ProfileTables, ProfileTablesBuilder } from '@hsi/profile-model';
import { post } from './http-client.ts';

const FIXTURES = new URL('../../packages/pprof-codec/src/fixtures/', import.meta.url);

/** The recorded profiles of the Node SDK: wall and heap, 2 to 18 kB, 0.4 to 7 kB compressed. */
export function recordedProfiles(): ProfileTables[] {
  return readdirSync(FIXTURES)
    .filter((name) => /^\d+\.bin$/.test(name))
    .map((name) => {
      const bytes = readFileSync(new URL(name, FIXTURES));
      return decodePprof(bytes[0] === 0x1f ? gunzipSync(bytes) : bytes);
    });
}

/** A CPU profile of `samples` stack traces, 6 to 18 deep, drawn from `functions` functions. */
export function madeProfile(samples: number, functions: number, seed: number): ProfileTables {
  const builder = new ProfileTablesBuilder();
  const random = seededRandom(seed);
  for (let sample = 0; sample < samples; sample++) {
    const depth = 6 + Math.floor(random() * 12);
    let at = Math.floor(random() * 4);
    const stack: number[] = [];
    for (let frame = 0; frame < depth; frame++) {
      const file = `module${at % 40}.ts`;
      stack.push(
        builder.frame(`${file}:handler${at}:${at % 900}`, `/srv/app/src/${file}`, at % 900),
      );
      // Few callees for each caller, so that stack traces share their beginnings.
      at = (at * 31 + Math.floor(random() * random() * 4) + 7) % functions;
    }
    builder.add(stack, [1 + Math.floor(random() * 5), Math.floor(random() * 1e8)]);
  }
  const cpu = { type: 'cpu', unit: 'nanoseconds' };
  return builder.build({
    sampleTypes: [{ type: 'samples', unit: 'count' }, cpu],
    periodType: cpu,
    period: 10_000_000,
  });
}

/** A push of a profile at a time, as the bytes of a request. */
export function pushRequest(tables: ProfileTables, application: string, timeMs: number): Buffer {
  const bytes = encodePprof({ ...tables, timeNanos: BigInt(Math.trunc(timeMs)) * 1_000_000n });
  const name = encodeURIComponent(`${application}{environment=bench,service=bench}`);
  const seconds = Math.trunc(timeMs / 1_000);
  const query = `format=pprof&name=${name}&from=${seconds}&until=${seconds + 15}&spyName=nodespy`;
  return post(`/ingest?${query}`, 'application/octet-stream', gzipSync(bytes, { level: 1 }));
}
