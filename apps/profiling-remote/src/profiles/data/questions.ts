import { MODEL_ZOO_SERVICE, SERVICES } from '@hsi/model-zoo-catalog';
import { type Matcher, type ProfileTypeId, type TimeRange } from '@hsi/profile-model';
import { type QueryClient, type QueryKey } from '@tanstack/react-query';
import {
  type ServiceFacts,
  LISTED_LABELS,
  SERVICE_LABELS,
  collectServices,
} from '../model/services.ts';
import { stepSeconds } from '../model/time-range.ts';
import { type TypeChoice } from '../model/profile-types.ts';
import { type GraphAnswer, type GraphRequest, loadGraph } from './graph.ts';
import { PROFILES_KEY, QUERY_RULES } from './rules.ts';
import { type ProfileSource } from './source.ts';
import {
  type TimelineAnswer,
  type TimelineScope,
  loadServiceTimeline,
  loadServicesTimeline,
} from './timeline.ts';

const DAY_MS = 86_400_000;

/** When a question is asked: the range, and a text that changes with every refresh. */
export interface Moment {
  readonly range: TimeRange;
  readonly refresh: string;
}

/** A question to the profile server: its key, how to ask it, and its name without the time. */
export interface Question<T> {
  readonly scope: string;
  readonly queryKey: QueryKey;
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<T>;
}

/** Everything the page asks at one moment; an answer that two parts need is asked for once. */
export class Questions {
  constructor(
    private readonly queries: QueryClient,
    private readonly source: ProfileSource,
    private readonly moment: Moment,
    /**
     * True for a server that answers every selector at once. A real Pyroscope answers fresh data
     * only where `service_name` is matched by `=`, so it is asked service by service.
     */
    private readonly answersAll: boolean,
  ) {}

  /** What every service sends. */
  services(): Question<ServiceFacts[]> {
    return this.question(['services'], async ({ signal }) => {
      const list = (labelNames: readonly string[], matchers: readonly Matcher[] = []) =>
        this.source.series({ matchers, labelNames, ...this.moment.range }, signal);
      const found = await list(SERVICE_LABELS);
      if (found.length > 0 || this.answersAll) return collectServices(found);
      // Of fresh data a real Pyroscope lists services and types, and models of a service by name.
      const both = await Promise.all([
        list(LISTED_LABELS),
        list(SERVICE_LABELS, [isService(MODEL_ZOO_SERVICE)]),
      ]);
      return collectServices(both.flat());
    });
  }

  /** What one service sends; null when it has no profiles that fit. */
  service(name: string, filters: readonly Matcher[] = []): Question<ServiceFacts | null> {
    return this.question(['service', name, filters], async ({ signal }) => {
      const matchers = [isService(name), ...filters];
      const ask = async (range: TimeRange) => {
        const query = { matchers, labelNames: SERVICE_LABELS, ...range };
        const found = collectServices(await this.source.series(query, signal));
        return found.find((one) => one.serviceName === name && one.types.length > 0) ?? null;
      };
      const { from, to } = this.moment.range;
      const isLong = to - from > DAY_MS;
      // A real Pyroscope knows no labels for very long ranges, or refuses them: those of the last
      // day are next best.
      const found = await ask({ from, to }).catch((error: unknown) => {
        if (!isLong || signal.aborted) throw error;
        return null;
      });
      return found ?? (isLong ? ask({ from: to - DAY_MS, to }) : null);
    });
  }

  graph(request: Omit<GraphRequest, 'range'>): Question<GraphAnswer> {
    const { maxNodes, ...scope } = request;
    return this.question(
      ['graph', scope],
      ({ signal }) =>
        loadGraph(this.source, { ...request, range: this.moment.range }, this.typesOf, signal),
      maxNodes,
    );
  }

  /** A line per service, or the lines of one service. */
  timeline(
    type: TypeChoice,
    filters: readonly Matcher[],
    scope?: TimelineScope,
  ): Question<TimelineAnswer> {
    const { range } = this.moment;
    const request = { type, filters, range, stepSeconds: stepSeconds(range) };
    return this.question(['timeline', type, filters, scope ?? null], ({ signal }) =>
      scope === undefined
        ? loadServicesTimeline(this.source, request, this, this.answersAll, signal)
        : loadServiceTimeline(this.source, request, scope, this.typesOf, signal),
    );
  }

  /** Names or, of one label, values, as suggestions for a filter beside others. */
  labels(
    service: string | undefined,
    name: string | undefined,
    filters: readonly Matcher[] = [],
  ): Question<string[]> {
    const scope = ['labels', service ?? null, name ?? null, filters];
    return this.question(scope, async ({ signal }) => {
      const { range } = this.moment;
      const ask = (service: readonly Matcher[]) => {
        const matchers = [...service, ...filters];
        return name === undefined
          ? this.source.labelNames({ matchers, ...range }, signal)
          : this.source.labelValues({ name, matchers, ...range }, signal);
      };
      if (service !== undefined) return ask([isService(service)]);
      if (this.answersAll) return ask([]);
      const each = await Promise.all(
        SERVICES.map(({ serviceName }) => ask([isService(serviceName)])),
      );
      return [...new Set(each.flat())].sort();
    });
  }

  readonly knownServices = (): Promise<readonly ServiceFacts[]> => this.ensure(this.services());

  readonly typesOf = async (name: string): Promise<readonly ProfileTypeId[]> => {
    const all = await this.knownServices();
    const listed = all.find(({ serviceName }) => serviceName === name)?.types ?? [];
    if (this.answersAll || listed.length > 0) return listed;
    return (await this.ensure(this.service(name)))?.types ?? [];
  };

  /** Starts a question before a part of the page asks it. */
  prefetch<T>({ queryKey, queryFn }: Question<T>): Promise<void> {
    return this.queries.prefetchQuery({ ...QUERY_RULES, queryKey, queryFn });
  }

  private ensure<T>({ queryKey, queryFn }: Question<T>): Promise<T> {
    const { staleTime, gcTime, networkMode } = QUERY_RULES;
    return this.queries.fetchQuery({ staleTime, gcTime, networkMode, queryKey, queryFn });
  }

  private question<T>(
    scope: readonly unknown[],
    queryFn: Question<T>['queryFn'],
    detail?: number,
  ): Question<T> {
    const queryKey = [PROFILES_KEY, ...scope, this.moment, detail ?? null];
    return { scope: JSON.stringify(scope), queryKey, queryFn };
  }
}

function isService(value: string): Matcher {
  return { name: 'service_name', operator: '=', value };
}
