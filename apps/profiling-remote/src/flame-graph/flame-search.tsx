import { ChevronDown, ChevronUp, Regex, X } from 'lucide-react';
import { type ReactNode, type RefObject, useRef } from 'react';
import { flushSync } from 'react-dom';
import { FOCUS_RING, SMALL_BUTTON } from './look.ts';
import { useTypedQuery } from './use-typed-query.ts';

/** Where a query is typed. A regular expression is a query between slashes, so that an address holds all of it. */
export function FlameSearch(props: {
  readonly query: string;
  readonly onQueryChange: (query: string) => void;
  readonly problem?: string | undefined;
  /** Next (1) or previous (-1) match of a query; without it there are no buttons for that. */
  readonly onStep?: (step: 1 | -1, query: string) => void;
  readonly field?: RefObject<HTMLInputElement | null>;
  /** Takes the keyboard when it appears. */
  readonly autoFocus?: boolean;
  /** Left without a query. */
  readonly onLeaveEmpty?: () => void;
}): ReactNode {
  const { onStep } = props;
  const { text, type, finish } = useTypedQuery(props.query, props.onQueryChange);
  const ownField = useRef<HTMLInputElement>(null);
  const field = props.field ?? ownField;
  const pattern = /^\/(.*)\/[a-z]*$/s.exec(text);
  const set = (next: string): void => {
    type(next);
    finish();
  };
  const togglePattern = (): void => {
    const next = pattern ? pattern[1]! : `/${text}/`;
    flushSync(() => set(next));
    // To go on typing: within the slashes.
    const end = pattern ? next.length : next.length - 1;
    field.current?.focus();
    field.current?.setSelectionRange(end, end);
  };
  return (
    <div role="search" className="pf:flex pf:min-w-0 pf:items-center pf:gap-0.5">
      <input
        ref={field}
        type="text"
        value={text}
        spellCheck={false}
        autoComplete="off"
        maxLength={500}
        aria-label="Search functions"
        autoFocus={props.autoFocus}
        aria-invalid={props.problem !== undefined}
        placeholder="Search functions"
        className={`pf:h-7 pf:w-48 pf:min-w-0 pf:rounded pf:border pf:bg-gray-900 pf:px-2 pf:text-xs pf:text-gray-100 pf:placeholder:text-gray-400 ${props.problem === undefined ? 'pf:border-gray-600' : 'pf:border-red-400'} ${FOCUS_RING}`}
        onChange={(event) => type(event.target.value)}
        onBlur={() => {
          finish();
          if (text === '') props.onLeaveEmpty?.();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault();
            finish();
            onStep?.(event.shiftKey ? -1 : 1, text);
          } else if (event.key === 'Escape' && text !== '') {
            event.stopPropagation();
            set('');
          }
        }}
      />
      <button
        type="button"
        className={`${SMALL_BUTTON} ${pattern ? 'pf:bg-gray-700 pf:text-white' : ''}`}
        aria-label="Regular expression"
        aria-pressed={pattern !== null}
        title="Regular expression"
        onClick={togglePattern}
      >
        <Regex size={14} aria-hidden />
      </button>
      {text !== '' && (
        <button
          type="button"
          className={SMALL_BUTTON}
          aria-label="Clear the search"
          onClick={() => {
            set('');
            field.current?.focus();
          }}
        >
          <X size={14} aria-hidden />
        </button>
      )}
      {onStep && text !== '' && <StepButtons onStep={(step) => onStep(step, text)} />}
    </div>
  );
}

export function StepButtons({ onStep }: { readonly onStep: (step: 1 | -1) => void }): ReactNode {
  return (
    <>
      <button
        type="button"
        className={SMALL_BUTTON}
        aria-label="Previous match"
        title="Previous match (Shift+N)"
        onClick={() => onStep(-1)}
      >
        <ChevronUp size={14} aria-hidden />
      </button>
      <button
        type="button"
        className={SMALL_BUTTON}
        aria-label="Next match"
        title="Next match (N)"
        onClick={() => onStep(1)}
      >
        <ChevronDown size={14} aria-hidden />
      </button>
    </>
  );
}
