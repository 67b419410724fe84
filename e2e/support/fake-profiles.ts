import { type Page, type Route } from '@playwright/test';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';

/** A frame with its own time in milliseconds. */
export interface Frame {
  readonly name: string;
  readonly self?: number;
  readonly callees?: readonly Frame[];
}

export interface FakeProfiles {
  readonly services: readonly string[];
  /** What a service did in a range of so many milliseconds. */
  readonly frames: (service: string, rangeMs: number) => readonly Frame[];
}

interface Question {
  readonly start: string;
  readonly end: string;
  readonly step?: number;
  readonly labelSelector?: string;
}

/**
 * Answers the page's questions to the profile server from fixed data, so that a test knows every
 * figure: the same load at every step of the timeline, the same frames for a range of one length.
 * @returns how often flame graphs were asked for
 */
export async function answerProfiles(
  page: Page,
  { services, frames }: FakeProfiles,
): Promise<{ graphs: number }> {
  const asked = { graphs: 0 };
  const answer = (method: string, question: Question): unknown => {
    const { start, end, step = 15, labelSelector = '' } = question;
    const [from, to] = [Number(start), Number(end)];
    switch (method) {
      case 'Series':
        return {
          labelsSet: services.map((service_name) => ({
            labels: pairs({ service_name, __profile_type__: CPU }),
          })),
        };
      case 'SelectSeries':
        return {
          series: services.slice(0, 10).map((service_name) => ({
            labels: pairs({ service_name }),
            points: times(from, to, step * 1000).map((time) => ({
              timestamp: String(time),
              value: step * 1e8,
            })),
          })),
        };
      case 'SelectMergeStacktraces': {
        asked.graphs += 1;
        const name = /service_name="((?:[^"\\]|\\.)*)"/.exec(labelSelector)?.[1] ?? '';
        const service = JSON.parse(`"${name}"`) as string;
        return {
          flamegraph: services.includes(service) ? wire(frames(service, to - from)) : undefined,
        };
      }
      default:
        return { names: [] };
    }
  };
  await page.route('**/profiles/querier.v1.QuerierService/*', async (route: Route) => {
    const method = new URL(route.request().url()).pathname.split('/').at(-1) ?? '';
    await route.fulfill({ json: answer(method, route.request().postDataJSON() as Question) });
  });
  return asked;
}

function times(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, at) => from + at * step);
}

function pairs(labels: Readonly<Record<string, string>>) {
  return Object.entries(labels).map(([name, value]) => ({ name, value }));
}

/** The frames as Pyroscope writes them: per level groups of offset, total, self, name. */
function wire(frames: readonly Frame[]) {
  const names: string[] = [];
  const levels: string[][] = [];
  const ends: number[] = [];
  const add = (frame: Frame, level: number, start: number): number => {
    const own = (frame.self ?? 0) * 1e6;
    const values = (levels[level] ??= []);
    const at = values.length;
    const offset = start - (ends[level] ?? 0);
    if (!names.includes(frame.name)) names.push(frame.name);
    let total = own;
    for (const callee of frame.callees ?? []) total += add(callee, level + 1, start + total);
    values.splice(at, 0, ...[offset, total, own, names.indexOf(frame.name)].map(String));
    ends[level] = start + total;
    return total;
  };
  const total = add({ name: 'total', callees: frames }, 0, 0);
  return { names, levels: levels.map((values) => ({ values })), total: String(total) };
}
