import { gzipSync } from 'node:zlib';
import { SERVICES } from '@hsi/model-zoo-catalog';
import {
  Function as PprofFunction,
  Line,
  Location,
  Profile,
  Sample,
  StringTable,
  ValueType,
  Label,
} from 'pprof-format';

/** Models that run in the pushed profiles of Backend. */
export const MODELS = ['paddleocr', 'clip-vit-l'] as const;
/** The pushed profiles reach this far back. */
const MINUTES = 5;
const EVERY_MS = 15_000;

/**
 * Pushes CPU and memory profiles of the four services, as our own profiler names them, for the last
 * minutes. Backend's CPU is labelled by model.
 * @throws Error with the server's answer when it refuses one
 */
export async function pushProfiles(pyroscope: string): Promise<void> {
  const now = Date.now();
  for (let time = now - MINUTES * 60_000; time < now; time += EVERY_MS) {
    await Promise.all(
      SERVICES.flatMap(({ serviceName, tag }, index) => [
        push(pyroscope, serviceName, tag, time, cpuProfile(serviceName, time, index + 1)),
        push(pyroscope, serviceName, tag, time, memoryProfile(serviceName, time, index + 1)),
      ]),
    );
  }
}

async function push(
  pyroscope: string,
  service: string,
  tag: string,
  time: number,
  profile: Profile,
): Promise<void> {
  const query = new URLSearchParams({
    name: `${service}{service=${tag},environment=e2e}`,
    from: String(Math.floor((time - EVERY_MS) / 1000)),
    until: String(Math.floor(time / 1000)),
    format: 'pprof',
    spyName: 'nodespy',
  });
  const response = await fetch(`${pyroscope}/ingest?${query.toString()}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    // Compressed, as every client sends it.
    body: new Uint8Array(gzipSync(profile.encode())),
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok) {
    throw new Error(
      `Pyroscope at ${pyroscope} refused a profile of ${service}: ${response.status} ${await response.text()}`,
    );
  }
}

/** Pushes what a service did within one span, labelled with its id as our own profiler does. */
export async function pushSpan(
  pyroscope: string,
  service: string,
  time: number,
  spanId: string,
): Promise<void> {
  const stacks: Stack[] = [
    [[service, 'handle', 'load'], [40_000_000], { profile_id: spanId }],
    [[service, 'handle', 'warm up'], [20_000_000], { profile_id: spanId }],
  ];
  const cpu = ['cpu', 'nanoseconds'] as const;
  await push(pyroscope, service, service, time, profileOf(time, [cpu], cpu, 10_000_000, stacks));
}

type Stack = readonly [
  frames: readonly string[],
  values: readonly number[],
  labels?: Readonly<Record<string, string>>,
];

function cpuProfile(service: string, time: number, weight: number): Profile {
  const ms = 1_000_000 * weight;
  const stacks: Stack[] = [
    [[service, 'handle', 'decode'], [120 * ms]],
    [[service, 'handle', 'resize'], [60 * ms]],
    [[service, 'collect garbage'], [20 * ms]],
  ];
  if (service === 'nemotron-backend') {
    for (const model of MODELS) {
      stacks.push([[service, 'infer', model, 'convolve'], [300 * ms], { model }]);
      stacks.push([[service, 'infer', model, 'soft max'], [90 * ms], { model }]);
    }
  }
  return profileOf(time, [['cpu', 'nanoseconds']], ['cpu', 'nanoseconds'], 10_000_000, stacks);
}

function memoryProfile(service: string, time: number, weight: number): Profile {
  const megabyte = 1_000_000 * weight;
  return profileOf(
    time,
    [
      ['inuse_objects', 'count'],
      ['inuse_space', 'bytes'],
    ],
    ['space', 'bytes'],
    524_288,
    [
      [
        [service, 'buffers'],
        [12, 24 * megabyte],
      ],
      [
        [service, 'weights', 'layers'],
        [3, 48 * megabyte],
      ],
      [
        [service, 'weights', 'index'],
        [5, 6 * megabyte],
      ],
    ],
  );
}

function profileOf(
  time: number,
  sampleTypes: readonly (readonly [string, string])[],
  periodType: readonly [string, string],
  period: number,
  stacks: readonly Stack[],
): Profile {
  const strings = new StringTable();
  const valueType = ([type, unit]: readonly [string, string]) =>
    new ValueType({ type: strings.dedup(type), unit: strings.dedup(unit) });
  const locations = new Map<string, Location>();
  const functions: PprofFunction[] = [];
  const locate = (name: string): Location => {
    const known = locations.get(name);
    if (known) return known;
    const id = locations.size + 1;
    functions.push(
      new PprofFunction({ id, name: strings.dedup(name), filename: strings.dedup('e2e.ts') }),
    );
    const location = new Location({ id, line: [new Line({ functionId: id, line: id })] });
    locations.set(name, location);
    return location;
  };
  const sample = stacks.map(
    ([frames, value, labels = {}]) =>
      new Sample({
        locationId: frames.toReversed().map((name) => locate(name).id),
        value: [...value],
        label: Object.entries(labels).map(
          ([key, text]) => new Label({ key: strings.dedup(key), str: strings.dedup(text) }),
        ),
      }),
  );
  return new Profile({
    sampleType: sampleTypes.map(valueType),
    sample,
    location: [...locations.values()],
    function: functions,
    stringTable: strings,
    timeNanos: BigInt(Math.round(time)) * 1_000_000n,
    durationNanos: BigInt(EVERY_MS) * 1_000_000n,
    periodType: valueType(periodType),
    period,
  });
}
