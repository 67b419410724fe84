import { type Matcher, type ProfileTypeId, type TimeRange } from '@hsi/profile-model';
import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { type ServiceFacts, SERVICE_LABELS, collectServices } from '../model/services.ts';
import { type ProfileSource } from './source.ts';

/** When a question is asked: the range, and how often it has been asked anew. */
export interface Moment {
  readonly range: TimeRange;
  readonly refresh: string;
}

/** The question for every service, as the first visit asks it. */
export function servicesQuestion(range: TimeRange) {
  return { matchers: [], labelNames: SERVICE_LABELS, from: range.from, to: range.to };
}

export function servicesQuery(source: ProfileSource, moment: Moment) {
  return queryOptions({
    queryKey: ['services', moment],
    queryFn: async ({ signal }) =>
      collectServices(await source.series(servicesQuestion(moment.range), signal)),
  });
}

/**
 * One service, asked by its name: a real Pyroscope answers fresh data only then. Undefined when it
 * has no profiles that fit.
 */
export function serviceQuery(
  source: ProfileSource,
  moment: Moment,
  service: string,
  filters: readonly Matcher[] = [],
) {
  return queryOptions({
    queryKey: ['service', service, filters, moment],
    queryFn: async ({ signal }): Promise<ServiceFacts | null> => {
      const matchers: Matcher[] = [
        { name: 'service_name', operator: '=', value: service },
        ...filters,
      ];
      const { from, to } = moment.range;
      const query = { matchers, labelNames: SERVICE_LABELS, from, to };
      const found = collectServices(await source.series(query, signal));
      return found.find((one) => one.serviceName === service && one.types.length > 0) ?? null;
    },
  });
}

/** Answers what services send, each question asked once for a moment. */
export class Knowledge {
  constructor(
    private readonly queries: QueryClient,
    private readonly source: ProfileSource,
    private readonly moment: Moment,
    /** False: the list of all services may lack fresh ones, so a missing one is asked for by name. */
    private readonly isListComplete: boolean,
  ) {}

  readonly services = (): Promise<readonly ServiceFacts[]> =>
    this.queries.ensureQueryData(servicesQuery(this.source, this.moment));

  readonly typesOf = async (service: string): Promise<readonly ProfileTypeId[]> => {
    const listed = (await this.services()).find(({ serviceName }) => serviceName === service);
    if (this.isListComplete || (listed !== undefined && listed.types.length > 0)) {
      return listed?.types ?? [];
    }
    const query = serviceQuery(this.source, this.moment, service);
    return (await this.queries.ensureQueryData(query))?.types ?? [];
  };
}
