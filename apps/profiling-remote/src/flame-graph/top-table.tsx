import { ChevronsDownUp } from 'lucide-react';
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useDeferredValue,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { defaultRangeExtractor, observeElementRect, useVirtualizer } from '@tanstack/react-virtual';
import {
  hiddenBy,
  hideFrames,
  isNamed,
  leftOut,
  nameReference,
  parseFrameName,
  shortFile,
  sortFunctions,
  type TopColumn,
  type TopFunction,
  topFunctions,
} from '@hsi/flamegraph';
import { type CallTree, formatShare, formatValue, type SampleUnit } from '@hsi/profile-model';
import { SMALL_BUTTON } from './look.ts';
import { useSearch } from './use-search.ts';

export interface TopTableProps {
  readonly tree: CallTree;
  readonly unit: SampleUnit;
  /** Shared with the flame graph: only functions that it matches are listed. */
  readonly query: string;
  readonly onQueryChange?: (query: string) => void;
  /** Function whose frames are highlighted. */
  readonly selected?: string | undefined;
  /** A row was chosen; `undefined` when it was the chosen one. Without it a row becomes the query. */
  readonly onSelect?: (name: string | undefined) => void;
  /** Ids of frame filters: what they hide is counted as its callers', as the graph does. */
  readonly hidden?: readonly string[];
  /** Puts a function in the middle of a sandwich. */
  readonly onSandwich?: (name: string) => void;
  /** Height in CSS pixels. */
  readonly height?: number;
  readonly testId?: string;
}

const ROW = 28;
const DEFAULT_HEIGHT = 360;
const NONE: readonly string[] = [];
const COLUMNS: readonly { column: TopColumn; title: string }[] = [
  { column: 'name', title: 'Function' },
  { column: 'self', title: 'Self' },
  { column: 'total', title: 'Total' },
];

/** The functions of a profile by self or total value. */
export function TopTable(props: TopTableProps): ReactNode {
  const { unit, query, hidden = NONE, height = DEFAULT_HEIGHT } = props;
  const [sort, setSort] = useState<{ column: TopColumn; descending: boolean }>({
    column: 'self',
    descending: true,
  });
  const tree = useMemo(() => {
    const hide = hiddenBy(hidden);
    return hide === undefined ? props.tree : hideFrames(props.tree, hide);
  }, [props.tree, hidden]);
  const found = useSearch(tree.names, useDeferredValue(query));
  const functions = useMemo(() => topFunctions(tree), [tree]);
  const rows = useMemo(() => {
    // One function by its exact name is a row to highlight, not a list of one.
    const matches = found.kind === 'exact' ? undefined : found.matches;
    const shown = matches ? functions.filter((row) => matches[row.nameIndex] === 1) : functions;
    return sortFunctions(shown, sort.column, sort.descending);
  }, [functions, found, sort]);
  const scroller = useRef<HTMLDivElement>(null);
  const { active, setActive, onKeyDown } = useRowKeys(rows, scroller, height, props.onSandwich);
  // Nothing here goes through the React compiler, whose only objection this is.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
    // The row that has the keyboard stays in the document, however far it is scrolled away.
    rangeExtractor: (range) => {
      const shown = defaultRangeExtractor(range);
      if (active >= rows.length || shown.includes(active)) return shown;
      return [...shown, active].sort((a, b) => a - b);
    },
    // Where nothing is measured (no layout engine, a hidden tab) the wanted height is what there is.
    observeElementRect: (instance, report) =>
      observeElementRect(instance, (rect) =>
        report(rect.height > 0 ? rect : { width: rect.width, height }),
      ),
  });
  const whole = tree.total[0] ?? 0;
  const left = useMemo(() => leftOut(tree), [tree]);
  const selected = props.selected ?? /^"(.+)"$/s.exec(query.trim())?.[1];
  const choose = (name: string): void => {
    const isSelected = selected !== undefined && isNamed(name, selected);
    if (props.onSelect) props.onSelect(isSelected ? undefined : name);
    else props.onQueryChange?.(isSelected ? '' : `"${nameReference(name)}"`);
  };

  return (
    <div
      className="pf:flex pf:flex-col pf:overflow-hidden pf:rounded-lg pf:bg-gray-800 pf:text-xs pf:text-gray-100"
      style={{ height }}
    >
      <div
        ref={scroller}
        role="table"
        aria-label="Top functions"
        aria-rowcount={rows.length + 1}
        data-testid={props.testId}
        tabIndex={rows.length === 0 ? 0 : -1}
        className="pf:relative pf:min-h-0 pf:flex-1 pf:scroll-pt-8 pf:overflow-auto"
      >
        <div role="rowgroup" className="pf:sticky pf:top-0 pf:z-10 pf:bg-gray-900">
          <div role="row" aria-rowindex={1} className={GRID}>
            {COLUMNS.map(({ column, title }) => (
              <div
                key={column}
                role="columnheader"
                aria-sort={ariaSort(sort, column)}
                className={column === 'name' ? '' : 'pf:text-right'}
              >
                <button
                  type="button"
                  className="pf:cursor-pointer pf:px-2 pf:py-1.5 pf:font-semibold pf:hover:text-[#76B900] pf:focus-visible:outline-2 pf:focus-visible:outline-[#76B900]"
                  onClick={() =>
                    setSort({
                      column,
                      descending: sort.column === column ? !sort.descending : column !== 'name',
                    })
                  }
                >
                  {title}
                  <span aria-hidden="true"> {arrow(sort, column)}</span>
                </button>
              </div>
            ))}
          </div>
        </div>
        <div
          role="rowgroup"
          className="pf:relative"
          style={{ height: virtual.getTotalSize() }}
          onKeyDown={onKeyDown}
        >
          {virtual.getVirtualItems().map((item) => (
            <TopRow
              key={item.key}
              row={rows[item.index]!}
              index={item.index}
              top={item.start}
              unit={unit}
              whole={whole}
              selected={selected !== undefined && isNamed(rows[item.index]!.name, selected)}
              isActive={item.index === active}
              onActive={setActive}
              onChoose={choose}
              onSandwich={props.onSandwich}
            />
          ))}
        </div>
        {rows.length === 0 && (
          <p className="pf:p-4 pf:text-center pf:text-gray-400">
            {whole > 0 ? 'No function matches the search.' : 'No samples in this selection.'}
          </p>
        )}
      </div>
      {left.total > 0 && (
        <p className="pf:px-2 pf:py-1 pf:text-right pf:text-gray-300">
          {formatShare(left.total / whole)} of total hidden: values are at least these
        </p>
      )}
    </div>
  );
}

/** The keyboard among the rows: one of them is in the order of Tab, the arrow keys go to the others. */
function useRowKeys(
  rows: readonly TopFunction[],
  scroller: RefObject<HTMLDivElement | null>,
  height: number,
  onSandwich: ((name: string) => void) | undefined,
): {
  readonly active: number;
  readonly setActive: (index: number) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
} {
  const [wanted, setActive] = useState(0);
  const active = Math.max(0, Math.min(wanted, rows.length - 1));
  const isMoving = useRef(false);
  useLayoutEffect(() => {
    if (!isMoving.current) return;
    isMoving.current = false;
    scroller.current?.querySelector<HTMLElement>(`[data-row="${active}"] button`)?.focus();
  }, [active, scroller]);
  const page = Math.max(1, Math.floor(height / ROW) - 2);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: rows.length - 1,
    }[event.key];
    if (next !== undefined) {
      isMoving.current = true;
      setActive(Math.max(0, Math.min(next, rows.length - 1)));
    } else if (event.key === 's' && onSandwich !== undefined) onSandwich(rows[active]!.name);
    else return;
    event.preventDefault();
  };
  return { active, setActive, onKeyDown };
}

const GRID =
  'pf:grid pf:grid-cols-[minmax(6rem,1fr)_6.75rem_6.75rem] pf:items-center pf:sm:grid-cols-[minmax(8rem,1fr)_8rem_8rem]';

function TopRow(props: {
  readonly row: TopFunction;
  readonly index: number;
  readonly top: number;
  readonly unit: SampleUnit;
  readonly whole: number;
  readonly selected: boolean;
  /** True for the row that Tab goes to. */
  readonly isActive: boolean;
  readonly onActive: (index: number) => void;
  readonly onChoose: (name: string) => void;
  readonly onSandwich: ((name: string) => void) | undefined;
}): ReactNode {
  const { row, unit, whole, onSandwich } = props;
  const parsed = parseFrameName(row.name);
  return (
    <div
      role="row"
      aria-rowindex={props.index + 2}
      data-row={props.index}
      className={`${GRID} pf:group pf:absolute pf:right-0 pf:left-0 pf:border-t pf:border-gray-700 pf:hover:bg-gray-700 ${props.selected ? 'pf:bg-gray-700 pf:forced-colors:outline-2 pf:forced-colors:-outline-offset-2' : ''}`}
      style={{ top: props.top, height: ROW }}
    >
      <div role="cell" className="pf:flex pf:min-w-0 pf:items-center">
        <button
          type="button"
          title={row.name}
          aria-pressed={props.selected}
          tabIndex={props.isActive ? 0 : -1}
          onFocus={() => props.onActive(props.index)}
          className="pf:flex pf:min-w-0 pf:flex-1 pf:cursor-pointer pf:gap-2 pf:px-2 pf:py-1 pf:text-left pf:focus-visible:outline-2 pf:focus-visible:-outline-offset-2 pf:focus-visible:outline-[#76B900]"
          onClick={() => props.onChoose(row.name)}
        >
          <bdi className="pf:truncate">{parsed.function}</bdi>
          <span className="pf:min-w-0 pf:shrink-[999] pf:truncate pf:text-gray-400">
            {shortFile(parsed)}
          </span>
        </button>
        {onSandwich && (
          <button
            type="button"
            tabIndex={-1}
            aria-label={`Sandwich: callers and callees of ${parsed.function}`}
            title="Sandwich: callers and callees (S)"
            className={`${SMALL_BUTTON} pf:opacity-0 pf:group-focus-within:opacity-100 pf:group-hover:opacity-100 pf:pointer-coarse:opacity-100`}
            onClick={() => onSandwich(row.name)}
          >
            <ChevronsDownUp size={14} aria-hidden />
          </button>
        )}
      </div>
      <Amount value={row.self} unit={unit} whole={whole} />
      <Amount value={row.total} unit={unit} whole={whole} />
    </div>
  );
}

function Amount(props: {
  readonly value: number;
  readonly unit: SampleUnit;
  readonly whole: number;
}): ReactNode {
  const share = props.whole > 0 ? props.value / props.whole : 0;
  return (
    <div role="cell" className="pf:relative pf:px-2 pf:text-right pf:tabular-nums">
      <span
        aria-hidden="true"
        className="pf:absolute pf:inset-y-0 pf:right-0 pf:bg-[#76B900]/25"
        style={{ width: `${share * 100}%` }}
      />
      <span className="pf:relative">
        {formatValue(props.value, props.unit)}{' '}
        <span className="pf:text-gray-300">{formatShare(share)}</span>
      </span>
    </div>
  );
}

interface Sort {
  readonly column: TopColumn;
  readonly descending: boolean;
}

function ariaSort(sort: Sort, column: TopColumn): 'ascending' | 'descending' | 'none' {
  if (sort.column !== column) return 'none';
  return sort.descending ? 'descending' : 'ascending';
}

function arrow(sort: Sort, column: TopColumn): string {
  if (sort.column !== column) return '';
  return sort.descending ? '▼' : '▲';
}
