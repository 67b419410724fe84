import * as v from 'valibot';

export const CatalogService = v.object({
  /** Pyroscope's `service_name`, which is the application name that the service pushes under. */
  serviceName: v.string(),
  displayName: v.string(),
  /** Value of the tag `service` on its profiles. */
  tag: v.string(),
});
export type CatalogService = v.InferOutput<typeof CatalogService>;

/** The four services that are always listed, in this order, whether they have data or not. */
export const SERVICES: readonly CatalogService[] = [
  { serviceName: 'nemotron-backend', displayName: 'Backend', tag: 'backend' },
  { serviceName: 'rt-detr', displayName: 'RT-DETR', tag: 'rt-detr' },
  { serviceName: 'nemotron', displayName: 'Nemotron', tag: 'nemotron' },
  { serviceName: 'florence', displayName: 'Florence', tag: 'florence' },
];

/** The service that runs the model zoo: only its profiles carry the label `model`. */
export const MODEL_ZOO_SERVICE = 'nemotron-backend';

/** The catalog's entry of that `service_name`, or undefined for one outside the catalog. */
export function findService(serviceName: string): CatalogService | undefined {
  return SERVICES.find((service) => service.serviceName === serviceName);
}

/** What people call the service; a service outside the catalog keeps its own name. */
export function displayName(serviceName: string): string {
  return findService(serviceName)?.displayName ?? serviceName;
}
