import { X } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import { frameFilter, hiddenShare, parseFrameName } from '@hsi/flamegraph';
import { formatShare, formatValue, type SampleUnit } from '@hsi/profile-model';
import { StepButtons } from './flame-search.tsx';
import { CHIP } from './look.ts';
import { type FlameGraph } from './use-flame-graph.ts';
import { TOGGLE_TITLES, TOGGLES, togglesOf } from './view-options.ts';

/** What the search matches, what the server left out, and what was last done. */
export function FlameReadout(props: {
  readonly graph: FlameGraph;
  readonly unit: SampleUnit;
  readonly message: string;
  /** Given where no search field with such buttons is shown. */
  readonly onStep?: ((step: 1 | -1) => void) | undefined;
}): ReactNode {
  const { graph, unit } = props;
  const { view, found } = graph;
  const { truncated } = view;
  const whole = view.total[view.root]!;
  return (
    <div className="pf:ml-auto pf:flex pf:flex-wrap pf:items-center pf:gap-x-3 pf:text-gray-300">
      <span role="status" className={found.problem ? 'pf:text-red-300' : ''}>
        {[props.message, searchSentence(graph)].filter((text) => text !== '').join(' ')}
      </span>
      {props.onStep && found.names > 0 && (
        <span className="pf:flex">
          <StepButtons onStep={props.onStep} />
        </span>
      )}
      {truncated.elsewhere > 0 && (
        <span title="Frames that were left out of the server's answer may be calls of this function.">
          {formatShare(share(truncated.elsewhere, graph.tree.total[0] ?? 0))} of the profile hidden:
          totals are at least this
        </span>
      )}
      {truncated.frames > 0 && (
        <span
          title={`${formatValue(truncated.total, unit)} below these frames was left out of the server's answer. Focus a frame to ask for its detail.`}
        >
          {truncated.frames} {truncated.frames === 1 ? 'frame' : 'frames'},{' '}
          {formatShare(share(truncated.total, whole))} of total hidden
        </span>
      )}
    </div>
  );
}

/**
 * What the graph shows, said to a screen reader whenever it changes, by whatever way it was changed.
 * It holds no figures: those change with every refresh.
 */
export function FlameAnnouncement({ graph }: { readonly graph: FlameGraph }): ReactNode {
  const { view, names, options, focusNode } = graph;
  const parts = togglesOf(options).map((toggle) => TOGGLE_TITLES[toggle]);
  if (options.sandwich !== undefined) {
    parts.push(`Sandwich: ${parseFrameName(options.sandwich).function}`);
  }
  if (focusNode !== undefined) parts.push(`Focus: ${names.at(view.name[focusNode]!).function}`);
  for (const id of graph.hidden) {
    const filter = frameFilter(id);
    if (filter !== undefined) parts.push(`without ${filter.title}`);
  }
  return (
    <span aria-live="polite" className="pf:sr-only">
      {parts.length === 0 ? 'The whole profile' : parts.join('. ')}
    </span>
  );
}

function searchSentence({ view, found, matched, selected }: FlameGraph): string {
  if (found.kind === 'none') return '';
  if (found.problem !== undefined) return found.problem;
  if (found.wants === 'linear') return 'searching…';
  if (found.names === 0) return 'no function matches';
  const portion = formatShare(share(matched.total, view.total[view.root]!));
  const count = matched.nodes.length;
  const at = selected === undefined ? -1 : matched.nodes.indexOf(selected);
  const which = at >= 0 ? `${at + 1} of ${count}: ` : '';
  return found.kind === 'fuzzy'
    ? `${which}similar names match ${portion} of total`
    : `${which}matches ${portion} of total`;
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}

/** Whether there is anything to say or to take back below the graph. */
export function hasReadout({ view, options, hidden, found, ...graph }: FlameGraph): boolean {
  return (
    graph.focusNode !== undefined ||
    graph.focusIsMissing ||
    !graph.atFocus ||
    options.sandwich !== undefined ||
    TOGGLES.some((toggle) => options[toggle]) ||
    hidden.length > 0 ||
    found.kind !== 'none' ||
    view.truncated.frames > 0 ||
    view.truncated.elsewhere > 0
  );
}

/** How the graph differs from the profile as it came; each chip takes one difference away. */
export function FlameChips({ graph }: { readonly graph: FlameGraph }): ReactNode {
  const { tree, options, hidden, setOptions, setHidden } = graph;
  const filters = useMemo(
    () =>
      hidden.flatMap((id) => {
        const filter = frameFilter(id);
        return filter ? [{ ...filter, share: hiddenShare(tree, filter) }] : [];
      }),
    [tree, hidden],
  );
  const toggles = togglesOf(options);
  return (
    <>
      {options.sandwich !== undefined && (
        <Chip
          title={options.sandwich}
          text={`Sandwich: ${parseFrameName(options.sandwich).function}`}
          onRemove={() => setOptions({ sandwich: undefined })}
        />
      )}
      {toggles.map((toggle) => (
        <Chip
          key={toggle}
          text={TOGGLE_TITLES[toggle]}
          onRemove={() => setOptions({ [toggle]: false })}
        />
      ))}
      {filters.map((filter) => (
        <Chip
          key={filter.id}
          title="Their own time is shown with their callers"
          text={`without ${filter.title}, ${formatShare(filter.share)}`}
          onRemove={() => setHidden(hidden.filter((id) => id !== filter.id))}
        />
      ))}
    </>
  );
}

function Chip(props: {
  readonly text: string;
  readonly title?: string;
  readonly onRemove: () => void;
}): ReactNode {
  return (
    <button
      type="button"
      className={CHIP}
      title={props.title}
      aria-label={`Remove: ${props.text}`}
      onClick={props.onRemove}
    >
      <span className="pf:truncate">{props.text}</span>
      <X size={12} aria-hidden className="pf:shrink-0" />
    </button>
  );
}
