import type { Variable } from '../../grafana-dashboard/model.ts';
import { interpolate, type Find, type VariableValue } from './interpolate.ts';
import type { PyroscopeSource, Range } from './pyroscope-source.ts';

export interface Option {
  readonly text: string;
  readonly value: string;
}

/** A dashboard's variable with its choices and what is chosen, as @grafana/scenes has it. */
export interface ShownVariable extends VariableValue {
  readonly label: string;
  readonly multi: boolean;
  readonly options: readonly Option[];
  readonly isAll: boolean;
}

const ALL = ['$__all', 'All'];

/**
 * The variables of a dashboard at an address, in their order: the choices of a custom one are in its
 * text, those of a query one are asked for. A value of the address that is not a choice is kept.
 */
export async function resolveVariables(
  variables: readonly Variable[],
  search: URLSearchParams,
  source: PyroscopeSource,
  range: Range,
): Promise<ShownVariable[]> {
  const shown = new Map<string, ShownVariable>();
  const find: Find = (name) => shown.get(name);
  // A query may use any custom variable, whatever their order.
  const ordered = [...variables].sort(
    (a, b) => Number(a.type === 'query') - Number(b.type === 'query'),
  );
  for (const variable of ordered) {
    const options =
      variable.type === 'custom'
        ? customOptions(variable)
        : await queryOptions(variable, find, source, range);
    shown.set(variable.name, chosen(variable, options, search));
  }
  return variables.flatMap(({ name }) => shown.get(name) ?? []);
}

/** `Text : value, other`: colons without spaces belong to the value. */
function customOptions({ query }: Variable): Option[] {
  if (typeof query !== 'string') return [];
  return query
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [, text, value] = /^(.+)\s:\s(.+)$/u.exec(part) ?? [];
      return text === undefined || value === undefined
        ? { text: part, value: part }
        : { text: text.trim(), value: value.trim() };
    });
}

/** A query of this data source is an object; of a text it makes nothing (VariableSupport.ts). */
async function queryOptions(
  { query, regex = '', sort }: Variable,
  find: Find,
  source: PyroscopeSource,
  range: Range,
): Promise<Option[]> {
  const { type, profileTypeId, labelName } = (typeof query === 'object' ? query : {}) as Partial<
    Record<string, string>
  >;
  if (type !== 'labelValue' || !profileTypeId || !labelName) return [];
  const filled = (text: string) => interpolate(text, find);
  // A variable whose query fails has no choices and an error mark; the dashboard is drawn all the same.
  const names = await source
    .labelValues(filled(labelName), filled(profileTypeId), range)
    .catch((): string[] => []);
  const kept = regex === '' ? names : names.filter((name) => new RegExp(regex, 'u').test(name));
  return (sort === 1 ? kept.toSorted() : kept).map((name) => ({ text: name, value: name }));
}

function chosen(
  { name, label, multi, includeAll, current }: Variable,
  options: readonly Option[],
  search: URLSearchParams,
): ShownVariable {
  const inAddress = search.getAll(`var-${name}`);
  const wanted = inAddress.length > 0 ? inAddress : [current.value].flat().map(String);
  const isAll = includeAll && (ALL.includes(wanted[0] ?? '') || wanted.length === 0);
  const base = { name, label, multi, options, isAll };
  if (isAll) return { ...base, value: options.map(({ value }) => value), text: 'All' };
  // A text in the address means its value.
  const found = wanted.map(
    (each) =>
      options.find(({ value }) => value === each) ??
      options.find(({ text }) => text === each) ?? { text: each, value: each },
  );
  const used = multi ? found : found.slice(0, 1);
  return {
    ...base,
    value: multi ? used.map(({ value }) => value) : String(used[0]?.value ?? ''),
    text: used.map(({ text }) => text).join(' + '),
  };
}
