import * as v from 'valibot';

const DataSource = v.object({
  type: v.literal('grafana-pyroscope-datasource'),
  uid: v.literal('pyroscope'),
});

const Target = v.object({
  refId: v.pipe(v.string(), v.regex(/^[A-Z]$/u)),
  datasource: DataSource,
  queryType: v.picklist(['metrics', 'profile', 'both']),
  profileTypeId: v.pipe(v.string(), v.nonEmpty()),
  labelSelector: v.pipe(v.string(), v.regex(/^\{.*\}$/u, 'is not a selector in braces')),
  groupBy: v.array(v.string()),
  maxNodes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  spanSelector: v.optional(v.array(v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/u)))),
});

const Panel = v.looseObject({
  id: v.pipe(v.number(), v.integer(), v.minValue(1)),
  type: v.picklist(['timeseries', 'flamegraph', 'stat', 'text', 'row']),
  title: v.string(),
  gridPos: v.object({ x: v.number(), y: v.number(), w: v.number(), h: v.number() }),
  datasource: v.optional(DataSource),
  targets: v.optional(v.array(Target)),
  repeat: v.optional(v.string()),
});

const Custom = v.looseObject({ type: v.literal('custom'), query: v.string() });
const Query = v.looseObject({
  type: v.literal('query'),
  datasource: DataSource,
  query: v.variant('type', [
    v.object({ refId: v.string(), type: v.literal('profileType') }),
    v.object({ refId: v.string(), type: v.literal('label'), profileTypeId: v.string() }),
    v.object({
      refId: v.string(),
      type: v.literal('labelValue'),
      profileTypeId: v.pipe(v.string(), v.nonEmpty()),
      labelName: v.pipe(v.string(), v.nonEmpty()),
    }),
  ]),
});
const Variable = v.intersect([
  v.looseObject({
    name: v.pipe(v.string(), v.regex(/^\w+$/u)),
    multi: v.boolean(),
    includeAll: v.boolean(),
  }),
  v.variant('type', [Custom, Query]),
]);

const DashboardSchema = v.looseObject({
  uid: v.string(),
  title: v.pipe(v.string(), v.nonEmpty()),
  schemaVersion: v.pipe(v.number(), v.maxValue(42)),
  panels: v.array(Panel),
  templating: v.object({ list: v.array(Variable) }),
});

/**
 * What Grafana would make something else of, or nothing, in silence. Grafana takes nearly any JSON
 * for a dashboard; the double refuses it, so that a mistake is seen.
 */
export function problemsOf(dashboard: unknown): string[] {
  const read = v.safeParse(DashboardSchema, dashboard);
  if (!read.success) {
    return read.issues.map((issue) => `${v.getDotPath(issue) ?? 'it'}: ${issue.message}`);
  }
  const { panels, templating } = read.output;
  const ids = panels.map(({ id }) => id);
  const multi = templating.list.filter((variable) => variable.multi).map(({ name }) => name);
  return [
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `two panels have the id ${id}`),
    ...panels
      .filter(({ type, targets = [] }) => type === 'flamegraph' && targets.length !== 1)
      .map(({ id }) => `flame graph ${id} does not have one target: Grafana draws the first only`),
    ...panels
      .filter(({ repeat }) => repeat !== undefined && !multi.includes(repeat))
      .map(
        ({ id, repeat }) => `panel ${id} repeats by ${repeat}, which is no multi-value variable`,
      ),
  ];
}
