import { ChevronDown, ChevronUp, Regex, X } from 'lucide-react';
import { type ReactNode, type RefObject } from 'react';
import { FOCUS_RING, SMALL_BUTTON } from './look.ts';

/** Where a query is typed. A regular expression is a query between slashes, so that an address holds all of it. */
export function FlameSearch(props: {
  readonly query: string;
  readonly onQueryChange: (query: string) => void;
  readonly problem?: string | undefined;
  /** Next (1) or previous (-1) match; without it there are no buttons for that. */
  readonly onStep?: (step: 1 | -1) => void;
  readonly field?: RefObject<HTMLInputElement | null>;
  /** Takes the keyboard when it appears. */
  readonly autoFocus?: boolean;
  /** Left without a query. */
  readonly onLeaveEmpty?: () => void;
}): ReactNode {
  const { query, onQueryChange, onStep, field } = props;
  const pattern = /^\/(.*)\/[a-z]*$/s.exec(query);
  return (
    <div role="search" className="pf:flex pf:min-w-0 pf:items-center pf:gap-0.5">
      <input
        ref={field}
        type="text"
        value={query}
        spellCheck={false}
        autoComplete="off"
        maxLength={500}
        aria-label="Search functions"
        autoFocus={props.autoFocus}
        aria-invalid={props.problem !== undefined}
        placeholder="Search functions"
        className={`pf:h-7 pf:w-48 pf:min-w-0 pf:rounded pf:border pf:bg-gray-900 pf:px-2 pf:text-xs pf:text-gray-100 pf:placeholder:text-gray-400 ${props.problem === undefined ? 'pf:border-gray-600' : 'pf:border-red-400'} ${FOCUS_RING}`}
        onChange={(event) => onQueryChange(event.target.value)}
        onBlur={() => query === '' && props.onLeaveEmpty?.()}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault();
            onStep?.(event.shiftKey ? -1 : 1);
          } else if (event.key === 'Escape' && query !== '') {
            event.stopPropagation();
            onQueryChange('');
          }
        }}
      />
      <button
        type="button"
        className={`${SMALL_BUTTON} ${pattern ? 'pf:bg-gray-700 pf:text-white' : ''}`}
        aria-label="Regular expression"
        aria-pressed={pattern !== null}
        title="Regular expression"
        onClick={() => onQueryChange(pattern ? pattern[1]! : `/${query}/`)}
      >
        <Regex size={14} aria-hidden />
      </button>
      {query !== '' && (
        <button
          type="button"
          className={SMALL_BUTTON}
          aria-label="Clear the search"
          onClick={() => onQueryChange('')}
        >
          <X size={14} aria-hidden />
        </button>
      )}
      {onStep && query !== '' && <StepButtons onStep={onStep} />}
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
