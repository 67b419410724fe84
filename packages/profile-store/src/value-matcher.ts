import { LIST, VARCHAR, listValue } from '@duckdb/node-api';
import { type LabelSet, type Matcher } from '@hsi/profile-model';
import { type Engine, literal } from './engine.ts';
import { InvalidMatcher } from './errors.ts';

/** Patterns without anything that can take long: literals, dots, and at most two stars. */
const PLAIN = /^[\w\-/ :@,=.*+|]*$/;
const CACHED_PATTERNS = 200;

type Accepts = (value: string) => boolean;

/**
 * Tests labels against matchers. Regular expressions come from clients and must never stall the
 * process, so all but the plainest are run by DuckDB (RE2: linear time, and Prometheus' syntax),
 * over the distinct values at hand.
 */
export class ValueMatchers {
  /** Pattern -> values it was tried on. */
  private readonly cache = new Map<string, Map<string, boolean>>();

  constructor(private readonly engine: () => Engine) {}

  /**
   * A predicate for label sets; `sets` are all that it will be asked about. An absent label equals
   * the empty text.
   * @throws InvalidMatcher
   */
  async compile(
    matchers: readonly Matcher[],
    sets: () => Iterable<LabelSet>,
  ): Promise<(labels: LabelSet) => boolean> {
    const tests: ((labels: LabelSet) => boolean)[] = [];
    for (const matcher of matchers) {
      const { name } = matcher;
      const accepts = await this.accepts(matcher, sets);
      tests.push((labels) => accepts(valueOf(labels, name)));
    }
    return (labels) => tests.every((test) => test(labels));
  }

  private async accepts(
    { name, operator, value: pattern }: Matcher,
    sets: () => Iterable<LabelSet>,
  ): Promise<Accepts> {
    switch (operator) {
      case '=':
        return (value) => value === pattern;
      case '!=':
        return (value) => value !== pattern;
      case '=~':
        return this.pattern(name, pattern, sets);
      case '!~': {
        const accepts = await this.pattern(name, pattern, sets);
        return (value) => !accepts(value);
      }
    }
  }

  private async pattern(
    name: string,
    pattern: string,
    sets: () => Iterable<LabelSet>,
  ): Promise<Accepts> {
    const plain = plainPattern(pattern);
    if (plain !== undefined) return (value) => plain.test(value);
    let tried = this.cache.get(pattern);
    if (tried === undefined) {
      tried = new Map();
      this.cache.set(pattern, tried);
      if (this.cache.size > CACHED_PATTERNS) this.cache.delete(this.cache.keys().next().value!);
    }
    const unknown = new Set<string>(tried.size === 0 ? [''] : []);
    for (const labels of sets()) {
      const value = valueOf(labels, name);
      if (!tried.has(value)) unknown.add(value);
    }
    if (unknown.size > 0) await this.tryPattern(pattern, [...unknown], tried);
    const results = tried;
    return (value) => results.get(value) ?? false;
  }

  private async tryPattern(
    pattern: string,
    values: readonly string[],
    results: Map<string, boolean>,
  ): Promise<void> {
    try {
      const rows = await this.engine().read(
        `SELECT v FROM (SELECT unnest($1) AS v) WHERE regexp_full_match(v, ${literal(pattern)}, 's')`,
        [listValue(values)],
        [LIST(VARCHAR)],
      );
      for (const value of values) results.set(value, false);
      for (const [value] of await rows.getRows()) results.set(String(value), true);
    } catch (error) {
      this.cache.delete(pattern);
      const reason = error instanceof Error ? error.message : String(error);
      if (!/invalid input error/i.test(reason)) throw error;
      throw new InvalidMatcher(pattern, reason.replace(/^invalid input error: /i, ''));
    }
  }
}

function valueOf(labels: LabelSet, name: string): string {
  return Object.hasOwn(labels, name) ? labels[name]! : '';
}

/** A JavaScript expression for a pattern that cannot take long; undefined for any other. */
function plainPattern(pattern: string): RegExp | undefined {
  if (!PLAIN.test(pattern) || /[*+]{2}|(^|\|)[*+]/.test(pattern)) return undefined;
  if (pattern.split('|').some((part) => (part.match(/[*+]/g) ?? []).length > 2)) return undefined;
  return new RegExp(`^(?:${pattern})$`, 'su');
}
