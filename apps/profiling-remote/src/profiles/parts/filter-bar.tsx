import { type Matcher } from '@hsi/profile-model';
import { Plus, X } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { useAnswer } from '../data/use-answer.ts';
import { useView } from '../data/view-context.tsx';
import {
  EMPTY_DRAFT,
  FILTER_RULES,
  type FilterDraft,
  draftProblem,
  filterText,
  filterableLabels,
  needsValue,
  toDraft,
  toMatcher,
} from '../model/filters.ts';
import { BUTTON, CHIP, FIELD, PROBLEM } from './look.ts';

/** The label filters as chips: add, change and remove. */
export function FilterBar() {
  const { state, patch } = useView();
  const { filters } = state;
  /** Place of the filter that is edited; the number of filters is a new one. */
  const [editing, setEditing] = useState<number>();
  const bar = useRef<HTMLDivElement>(null);
  const returnTo = useRef<string>(undefined);
  // What was pressed has gone; without this the keyboard would be back at the top of the page.
  useEffect(() => {
    if (returnTo.current === undefined) return;
    bar.current?.querySelector<HTMLElement>(`[data-place="${returnTo.current}"]`)?.focus();
    returnTo.current = undefined;
  });
  const close = (at?: number) => {
    returnTo.current = String(at ?? 'new');
    setEditing(undefined);
  };
  const replace = (at: number, matchers: readonly Matcher[]) => {
    close();
    patch({ filters: [...filters.slice(0, at), ...matchers, ...filters.slice(at + 1)] });
  };
  return (
    <div
      ref={bar}
      role="group"
      aria-label="Label filters"
      className="pf:flex pf:min-w-0 pf:flex-wrap pf:items-center pf:gap-2 pf:max-sm:order-1"
    >
      {filters.map((filter, index) => (
        <span key={`${index} ${filterText(filter)}`} className={`${CHIP} pf:min-w-0 pf:max-w-full`}>
          <button
            type="button"
            className="pf:min-w-0 pf:truncate"
            dir="auto"
            title="Change this filter"
            data-place={index}
            onClick={() => setEditing(index)}
          >
            {filterText(filter)}
          </button>
          <button
            type="button"
            className="pf:rounded pf:p-0.5 pf:hover:text-white"
            aria-label={`Remove the filter ${filterText(filter)}`}
            onClick={() => replace(index, [])}
          >
            <X className="pf:size-3.5" aria-hidden />
          </button>
        </span>
      ))}
      {editing === undefined ? (
        <button
          type="button"
          className={BUTTON}
          data-place="new"
          onClick={() => setEditing(filters.length)}
        >
          <Plus className="pf:size-4" aria-hidden />
          Filter
        </button>
      ) : (
        <FilterEditor
          key={editing}
          filter={filters[editing]}
          onApply={(matcher) => replace(editing, [matcher])}
          others={filters.filter((_, index) => index !== editing)}
          onCancel={() => close(editing < filters.length ? editing : undefined)}
        />
      )}
    </div>
  );
}

interface FilterEditorProps {
  readonly filter: Matcher | undefined;
  /** The other filters, which the suggestions fit. */
  readonly others: readonly Matcher[];
  readonly onApply: (matcher: Matcher) => void;
  readonly onCancel: () => void;
}

function FilterEditor({ filter, others, onApply, onCancel }: FilterEditorProps) {
  const { state, questions } = useView();
  const id = useId();
  const [draft, setDraft] = useState<FilterDraft>(
    filter === undefined ? EMPTY_DRAFT : toDraft(filter),
  );
  const [tried, setTried] = useState(false);
  const names = useAnswer(questions.labels(state.service, undefined, others)).data ?? [];
  const known = filterableLabels(names);
  const isKnown = known.includes(draft.name);
  const values = useAnswer(questions.labels(state.service, draft.name, others), isKnown).data ?? [];
  const problem = draftProblem(draft);
  const problemAt =
    !tried || problem === undefined ? undefined : draft.name.trim() === '' ? 'name' : 'value';
  const change = (part: Partial<FilterDraft>) => setDraft({ ...draft, ...part });
  return (
    <form
      aria-label="Filter by a label"
      className="pf:flex pf:min-w-0 pf:flex-wrap pf:items-center pf:gap-2"
      onKeyDown={(event) => event.key === 'Escape' && onCancel()}
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === undefined) onApply(toMatcher(draft));
        else setTried(true);
      }}
    >
      <input
        className={`${FIELD} pf:w-40`}
        aria-label="Label"
        placeholder="label"
        aria-invalid={problemAt === 'name'}
        aria-describedby={`${id}-problem`}
        list={`${id}-names`}
        value={draft.name}
        autoFocus
        autoComplete="off"
        onChange={(event) => change({ name: event.target.value })}
      />
      <select
        className={FIELD}
        aria-label="Rule"
        value={draft.rule}
        onChange={(event) => {
          const rule = FILTER_RULES.find((one) => one === event.target.value);
          if (rule !== undefined) change({ rule });
        }}
      >
        {FILTER_RULES.map((rule) => (
          <option key={rule}>{rule}</option>
        ))}
      </select>
      {needsValue(draft.rule) && (
        <input
          className={`${FIELD} pf:w-48`}
          aria-label="Value"
          placeholder="value"
          aria-invalid={problemAt === 'value'}
          aria-describedby={`${id}-problem`}
          list={`${id}-values`}
          value={draft.value}
          autoComplete="off"
          onChange={(event) => change({ value: event.target.value })}
        />
      )}
      <button type="submit" className={BUTTON}>
        Apply
      </button>
      <button type="button" className={BUTTON} onClick={onCancel}>
        Cancel
      </button>
      <span id={`${id}-problem`} role="alert" className={PROBLEM}>
        {tried ? problem : undefined}
      </span>
      <Suggestions id={`${id}-names`} texts={known} />
      <Suggestions id={`${id}-values`} texts={isKnown ? values : []} />
    </form>
  );
}

function Suggestions({ id, texts }: { readonly id: string; readonly texts: readonly string[] }) {
  return (
    <datalist id={id}>
      {texts.map((text) => (
        <option key={text} value={text} />
      ))}
    </datalist>
  );
}
