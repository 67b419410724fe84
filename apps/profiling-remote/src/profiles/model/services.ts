import { SERVICES, displayName, findService } from '@hsi/model-zoo-catalog';
import { type LabelSet, type ProfileTypeId } from '@hsi/profile-model';

/** What a service sends in a range of time. */
export interface ServiceFacts {
  readonly serviceName: string;
  readonly displayName: string;
  readonly inCatalog: boolean;
  /** Empty: nothing is known of profiles in the range. */
  readonly types: readonly ProfileTypeId[];
  /** Profile type -> the values of the label `model` that it has, sorted. */
  readonly models: ReadonlyMap<ProfileTypeId, readonly string[]>;
}

/** The labels that {@link collectServices} reads. */
export const SERVICE_LABELS = ['service_name', '__profile_type__', 'model'] as const;
/** Those of them that Pyroscope keeps in its index, and so answers for all services at once. */
export const LISTED_LABELS = ['service_name', '__profile_type__'] as const;

/** The services of the catalog in its order, whether they have data or not, then the others by name. */
export function collectServices(series: readonly LabelSet[]): ServiceFacts[] {
  const services = new Map<string, Map<ProfileTypeId, Set<string>>>();
  for (const labels of series) {
    const { service_name: name, __profile_type__: type, model } = labels;
    if (!name) continue;
    const types = services.get(name) ?? new Map<ProfileTypeId, Set<string>>();
    services.set(name, types);
    if (!type) continue;
    const models = types.get(type) ?? new Set<string>();
    types.set(type, models);
    if (model) models.add(model);
  }
  const catalog = SERVICES.map(({ serviceName }) => serviceName);
  const others = [...services.keys()].filter((name) => !catalog.includes(name)).sort();
  return [...catalog, ...others].map((name) => facts(name, services.get(name) ?? new Map()));
}

function facts(name: string, types: ReadonlyMap<ProfileTypeId, Set<string>>): ServiceFacts {
  return {
    serviceName: name,
    displayName: displayName(name),
    inCatalog: findService(name) !== undefined,
    types: [...types.keys()].sort(),
    models: new Map([...types].map(([type, models]) => [type, [...models].sort()])),
  };
}

/** Every model that some profile of the service names, sorted. */
export function modelsOf(service: ServiceFacts): string[] {
  return [...new Set([...service.models.values()].flat())].sort();
}
