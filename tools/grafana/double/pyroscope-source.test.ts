import { fromBinary } from '@bufbuild/protobuf';
import {
  LabelValuesRequestSchema,
  LabelValuesResponseSchema,
  SelectMergeSpanProfileRequestSchema,
  SelectMergeStacktracesRequestSchema,
  SelectMergeStacktracesResponseSchema,
  SelectSeriesRequestSchema,
  SelectSeriesResponseSchema,
} from '@hsi/pyroscope-api/server';
import { describe, expect, it } from 'vitest';
import { recordedGrafanaCalls } from '../../../apps/profile-server/src/testing/recordings.ts';
import { PyroscopeSource, type Answer } from './pyroscope-source.ts';

type Call = ReturnType<typeof recordedGrafanaCalls>[number];

const methodOf = ({ path }: Call) => path.split('/').at(-1) ?? '';
const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

/** Asks what the recorded Grafana asked. */
async function askAgain(call: Call, source: PyroscopeSource): Promise<Answer | string[]> {
  const request = bytes(call.requestBase64);
  if (methodOf(call) === 'LabelValues') {
    const { name, matchers, start, end } = fromBinary(LabelValuesRequestSchema, request);
    const [, type = ''] = /^\{__profile_type__="(.*)"\}$/u.exec(matchers[0] ?? '') ?? [];
    return source.labelValues(name, type, { from: Number(start), to: Number(end) });
  }
  if (methodOf(call) === 'SelectSeries') {
    const asked = fromBinary(SelectSeriesRequestSchema, request);
    return source.query(
      { ...common(asked), queryType: 'metrics', groupBy: asked.groupBy },
      range(asked),
      0,
    );
  }
  // In a dashboard "both" is "profile".
  if (methodOf(call) === 'SelectMergeSpanProfile') {
    const asked = fromBinary(SelectMergeSpanProfileRequestSchema, request);
    const { spanSelector } = asked;
    return source.query({ ...common(asked), queryType: 'both', spanSelector }, range(asked), 0);
  }
  const asked = fromBinary(SelectMergeStacktracesRequestSchema, request);
  const maxNodes = asked.maxNodes === undefined ? {} : { maxNodes: Number(asked.maxNodes) };
  return source.query({ ...common(asked), queryType: 'both', ...maxNodes }, range(asked), 0);
}

const common = (asked: { profileTypeID: string; labelSelector: string }) => ({
  profileTypeId: asked.profileTypeID,
  labelSelector: asked.labelSelector,
});
const range = ({ start, end }: { start: bigint; end: bigint }) => ({
  from: Number(start),
  to: Number(end),
});

/** The calls that panels and variables make. */
const calls = recordedGrafanaCalls().filter((call) =>
  /LabelValues|SelectSeries|SelectMerge/u.test(call.path),
);

describe("the double's data source", () => {
  it.each(calls)('sends $name, $path, byte for byte as the recorded Grafana', async (call) => {
    const sent: { url: string; headers: Headers; body: Uint8Array }[] = [];
    const source = new PyroscopeSource('http://pyroscope.test', async (url, init) => {
      const body = init?.body as Uint8Array;
      sent.push({ url: String(url), headers: new Headers(init?.headers), body });
      return new Response(bytes(call.responseBase64), {
        status: call.status,
        headers: { 'content-type': 'application/proto' },
      });
    });
    const answer = await askAgain(call, source);
    expect(sent).toHaveLength(1);
    const [request] = sent;
    expect(request?.url).toBe(`http://pyroscope.test${call.path}`);
    expect(Buffer.from(request?.body ?? []).toString('base64')).toBe(call.requestBase64);
    for (const name of ['content-type', 'connect-protocol-version']) {
      expect(request?.headers.get(name)).toBe(call.requestHeaders[name]);
    }
    expect(shownOf(answer)).toEqual(answered(call));
  });
});

/** What a person sees of an answer: values of a label, points of lines, or a graph's total. */
function shownOf(answer: Answer | string[]) {
  if (Array.isArray(answer)) return answer;
  const { lines, graphs } = answer;
  return lines.length > 0
    ? lines.map(({ points }) => points.length)
    : graphs.map(({ total }) => total);
}

/** The same of the real Pyroscope's recorded answer. */
function answered(call: Call) {
  const response = bytes(call.responseBase64);
  switch (methodOf(call)) {
    case 'LabelValues':
      return fromBinary(LabelValuesResponseSchema, response).names;
    case 'SelectSeries':
      return fromBinary(SelectSeriesResponseSchema, response).series.map(
        ({ points }) => points.length,
      );
    default: {
      // The answers for a span and for a service have the same fields.
      const { flamegraph } = fromBinary(SelectMergeStacktracesResponseSchema, response);
      return [Number(flamegraph?.total)];
    }
  }
}
