import { type ReactNode, useDeferredValue, useMemo, useRef, useState } from 'react';
import { observeElementRect, useVirtualizer } from '@tanstack/react-virtual';
import {
  isNamed,
  nameReference,
  parseFrameName,
  shortFile,
  sortFunctions,
  type TopColumn,
  type TopFunction,
  topFunctions,
} from '@hsi/flamegraph';
import { type CallTree, formatShare, formatValue, type SampleUnit } from '@hsi/profile-model';
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
  /** Height in CSS pixels. */
  readonly height?: number;
  readonly testId?: string;
}

const ROW = 28;
const DEFAULT_HEIGHT = 360;
const COLUMNS: readonly { column: TopColumn; title: string }[] = [
  { column: 'name', title: 'Function' },
  { column: 'self', title: 'Self' },
  { column: 'total', title: 'Total' },
];

/** The functions of a profile by self or total value. */
export function TopTable(props: TopTableProps): ReactNode {
  const { tree, unit, query, height = DEFAULT_HEIGHT } = props;
  const [sort, setSort] = useState<{ column: TopColumn; descending: boolean }>({
    column: 'self',
    descending: true,
  });
  const found = useSearch(tree.names, useDeferredValue(query));
  const functions = useMemo(() => topFunctions(tree), [tree]);
  const rows = useMemo(() => {
    // One function by its exact name is a row to highlight, not a list of one.
    const matches = found.kind === 'exact' ? undefined : found.matches;
    const shown = matches ? functions.filter((row) => matches[row.nameIndex] === 1) : functions;
    return sortFunctions(shown, sort.column, sort.descending);
  }, [functions, found, sort]);
  const scroller = useRef<HTMLDivElement>(null);
  // Nothing here goes through the React compiler, whose only objection this is.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
    // Where nothing is measured (no layout engine, a hidden tab) the wanted height is what there is.
    observeElementRect: (instance, report) =>
      observeElementRect(instance, (rect) =>
        report(rect.height > 0 ? rect : { width: rect.width, height }),
      ),
  });
  const whole = tree.total[0] ?? 0;
  const selected = props.selected ?? /^"(.+)"$/s.exec(query.trim())?.[1];
  const choose = (name: string): void => {
    const isSelected = selected !== undefined && isNamed(name, selected);
    if (props.onSelect) props.onSelect(isSelected ? undefined : name);
    else props.onQueryChange?.(isSelected ? '' : `"${nameReference(name)}"`);
  };

  return (
    <div
      ref={scroller}
      role="table"
      aria-label="Top functions"
      aria-rowcount={rows.length + 1}
      data-testid={props.testId}
      tabIndex={0}
      className="pf:relative pf:overflow-auto pf:rounded-lg pf:bg-gray-800 pf:text-xs pf:text-gray-100"
      style={{ height }}
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
      <div role="rowgroup" className="pf:relative" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => (
          <TopRow
            key={item.key}
            row={rows[item.index]!}
            index={item.index}
            top={item.start}
            unit={unit}
            whole={whole}
            selected={selected !== undefined && isNamed(rows[item.index]!.name, selected)}
            onChoose={choose}
          />
        ))}
      </div>
      {rows.length === 0 && (
        <p className="pf:p-4 pf:text-center pf:text-gray-400">
          {whole > 0 ? 'No function matches the search.' : 'No samples in this selection.'}
        </p>
      )}
    </div>
  );
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
  readonly onChoose: (name: string) => void;
}): ReactNode {
  const { row, unit, whole } = props;
  const parsed = parseFrameName(row.name);
  return (
    <div
      role="row"
      aria-rowindex={props.index + 2}
      className={`${GRID} pf:absolute pf:right-0 pf:left-0 pf:border-t pf:border-gray-700 pf:hover:bg-gray-700 ${props.selected ? 'pf:bg-gray-700' : ''}`}
      style={{ top: props.top, height: ROW }}
    >
      <div role="cell" className="pf:min-w-0">
        <button
          type="button"
          title={row.name}
          aria-pressed={props.selected}
          className="pf:flex pf:w-full pf:cursor-pointer pf:gap-2 pf:px-2 pf:py-1 pf:text-left pf:focus-visible:outline-2 pf:focus-visible:outline-[#76B900]"
          onClick={() => props.onChoose(row.name)}
        >
          <bdi className="pf:truncate">{parsed.function}</bdi>
          <span className="pf:min-w-0 pf:shrink-[999] pf:truncate pf:text-gray-400">
            {shortFile(parsed)}
          </span>
        </button>
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
