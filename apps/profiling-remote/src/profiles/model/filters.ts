import { type Matcher, type MatcherOperator } from '@hsi/profile-model';
import { regexProblem } from '../../state/regex.ts';

/** How a filter is chosen: an operator with a value, or one of the two that need none. */
export const FILTER_RULES = ['=', '!=', '=~', '!~', 'is empty', 'is not empty'] as const;
export type FilterRule = (typeof FILTER_RULES)[number];

/** What a person sees and edits of a matcher. */
export interface FilterDraft {
  readonly name: string;
  readonly rule: FilterRule;
  readonly value: string;
}

export const EMPTY_DRAFT: FilterDraft = { name: '', rule: '=', value: '' };

export function needsValue(rule: FilterRule): boolean {
  return rule !== 'is empty' && rule !== 'is not empty';
}

/** A label that is absent equals the empty text, so both "empty" rules are matchers too. */
export function toMatcher({ name, rule, value }: FilterDraft): Matcher {
  if (rule === 'is empty') return { name: name.trim(), operator: '=', value: '' };
  if (rule === 'is not empty') return { name: name.trim(), operator: '!=', value: '' };
  return { name: name.trim(), operator: rule, value };
}

export function toDraft({ name, operator, value }: Matcher): FilterDraft {
  if (value === '' && operator === '=') return { name, rule: 'is empty', value };
  if (value === '' && operator === '!=') return { name, rule: 'is not empty', value };
  return { name, rule: operator, value };
}

/** Why the draft is not a filter yet, as a sentence; undefined when it is one. */
export function draftProblem({ name, rule, value }: FilterDraft): string | undefined {
  if (name.trim() === '') return 'Name a label.';
  if (!needsValue(rule)) return undefined;
  if (value === '') return 'Give a value, or choose "is empty".';
  const regex = isRegex(rule) ? regexProblem(value) : undefined;
  return regex === undefined
    ? undefined
    : `This is not a regular expression for the server: it ${regex}.`;
}

function isRegex(rule: FilterRule): rule is Extract<MatcherOperator, '=~' | '!~'> {
  return rule === '=~' || rule === '!~';
}

/** The filter as a chip shows it: `environment = production`, `model is empty`. */
export function filterText(matcher: Matcher): string {
  const { name, rule, value } = toDraft(matcher);
  return needsValue(rule) ? `${name} ${rule} ${value}` : `${name} ${rule}`;
}

/** Labels that a person filters by: not the server's own, nor those that have a picker. */
export function filterableLabels(names: readonly string[]): string[] {
  return names.filter((name) => !name.startsWith('__') && name !== 'service_name').sort();
}
