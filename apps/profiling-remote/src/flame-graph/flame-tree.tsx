import { memo, type ReactNode } from 'react';
import {
  childrenOf,
  describe,
  type FlameView,
  type FrameNames,
  isCaller,
  shortFile,
} from '@hsi/flamegraph';
import { formatShare, formatValue, type SampleUnit } from '@hsi/profile-model';

/** Siblings and callees of the current frame that are in the document; the numbers tell of the rest. */
const NEARBY = 25;

interface TreeItem {
  readonly node: number;
  readonly level: number;
  readonly position: number;
  readonly siblings: number;
  readonly expanded: boolean | undefined;
}

/**
 * The flame graph for screen readers: the items of the tree that the canvas is in. They are the way
 * to the current frame, its neighbours and its callees; each says function, self, total and shares.
 */
export const FlameTreeItems = memo(function FlameTreeItems(props: {
  readonly view: FlameView;
  readonly names: FrameNames;
  readonly unit: SampleUnit;
  readonly current: number;
  /** An item's id is this and its node. */
  readonly idPrefix: string;
}): ReactNode {
  const { view, names, unit, current, idPrefix } = props;
  return itemsAround(view, current).map(({ node, level, position, siblings, expanded }) => (
    <div
      key={node}
      id={idPrefix + node}
      data-node={node}
      role="treeitem"
      aria-level={level}
      aria-posinset={position}
      aria-setsize={siblings}
      aria-selected={node === current}
      aria-expanded={expanded}
      className="pf:sr-only"
    >
      {sentence(view, names, node, unit)}
    </div>
  ));
});

/** The node of the item that an event came from. */
export function nodeOfItem(target: EventTarget): number | undefined {
  const item = target instanceof Element ? target.closest('[data-node]') : null;
  return item === null ? undefined : Number(item.getAttribute('data-node'));
}

/** `loadModel, work.mjs:11, self 1.2 s, total 3 s, 12.3% of total, 50.0% of parent`. */
function sentence(view: FlameView, names: FrameNames, node: number, unit: SampleUnit): string {
  const facts = describe(view, node);
  const parsed = names.at(view.name[node]!);
  return [
    isCaller(view, node) ? `caller ${parsed.function}` : parsed.function,
    shortFile(parsed),
    `self ${formatValue(facts.self, unit)}`,
    `total ${formatValue(facts.total, unit)}`,
    `${formatShare(facts.shareOfTotal)} of total`,
    facts.shareOfParent === undefined ? '' : `${formatShare(facts.shareOfParent)} of parent`,
    facts.hidden > 0 ? `${formatValue(facts.hidden, unit)} hidden below` : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** In the order of the tree: the way down, then the neighbours, the callees below the current frame. */
function itemsAround(view: FlameView, current: number): TreeItem[] {
  if (view.rowStart.length < 2) return [];
  const way: number[] = [];
  for (let at = current; at >= 0; at = view.parent[at]!) way.unshift(at);
  const items: TreeItem[] = [];
  way.slice(0, -1).forEach((node, depth) => items.push(alone(view, node, depth + 1)));
  const level = way.length;
  const parent = view.parent[current]!;
  const siblings = parent < 0 ? [current] : childrenOf(view, parent);
  const at = siblings.indexOf(current);
  const from = Math.max(0, at - NEARBY);
  siblings.slice(from, at + NEARBY + 1).forEach((node, index) => {
    const callees = childrenOf(view, node);
    items.push({
      node,
      level,
      position: from + index + 1,
      siblings: siblings.length,
      expanded: callees.length === 0 ? undefined : node === current,
    });
    if (node !== current) return;
    callees.slice(0, NEARBY).forEach((callee, position) => {
      items.push({
        node: callee,
        level: level + 1,
        position: position + 1,
        siblings: callees.length,
        expanded: childrenOf(view, callee).length === 0 ? undefined : false,
      });
    });
  });
  return items;
}

function alone(view: FlameView, node: number, level: number): TreeItem {
  const parent = view.parent[node]!;
  const siblings = parent < 0 ? [node] : childrenOf(view, parent);
  return {
    node,
    level,
    position: siblings.indexOf(node) + 1,
    siblings: siblings.length,
    expanded: true,
  };
}
