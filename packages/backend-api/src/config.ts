import * as v from 'valibot';

/**
 * `GET /api/config`: what the page needs to know about its surroundings. `grafana_url` alone is
 * required, so that a page of this version also works with a backend that answers no more.
 */
export const ConfigResponse = v.object({
  /** Where a browser finds Grafana: a path below the gateway or an absolute URL. */
  grafana_url: v.string(),
  /** What "Open Pyroscope" opens. */
  pyroscope_url: v.optional(v.string()),
  /** `embedded`: our own profile server answers `/profiles`; `external`: a real Pyroscope. */
  profiles_source: v.optional(v.picklist(['embedded', 'external'])),
  /** False when the gateway has no Grafana to proxy to, so that probing it would be in vain. */
  grafana_configured: v.optional(v.boolean()),
  /** Where a browser finds Jaeger, when there is one. */
  jaeger_url: v.optional(v.string()),
  environment: v.optional(v.string()),
  version: v.optional(v.string()),
  /** Set while demo services run: what they are and how much CPU they may take. */
  demo: v.optional(
    v.object({
      services: v.array(v.string()),
      /** Share of one core that all demo work together stays below, 0 to 1. */
      cpu_share: v.number(),
    }),
  ),
});
export type ConfigResponse = v.InferOutput<typeof ConfigResponse>;
