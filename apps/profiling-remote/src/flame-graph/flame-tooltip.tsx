import { type ReactNode, useLayoutEffect, useRef } from 'react';
import { describe, type FlameView, NO_NAME } from '@hsi/flamegraph';
import { formatShare, formatValue, type SampleUnit } from '@hsi/profile-model';
import { type WindowPoint } from './flame-canvas.tsx';

/** Distance of the tooltip from the pointer and from the window's edge, CSS pixels. */
const OFFSET = 14;
const EDGE = 8;

/** What the frame under the pointer is worth. The tree beside the canvas says the same to a screen reader. */
export function FlameTooltip({
  view,
  node,
  at,
  unit,
}: {
  readonly view: FlameView;
  readonly node: number;
  readonly at: WindowPoint;
  readonly unit: SampleUnit;
}): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const { width, height } = element.getBoundingClientRect();
    const right = window.innerWidth - EDGE - width;
    const below = at.y + OFFSET + height + EDGE <= window.innerHeight;
    element.style.left = `${Math.max(EDGE, Math.min(at.x + OFFSET, right))}px`;
    element.style.top = `${Math.max(EDGE, below ? at.y + OFFSET : at.y - OFFSET - height)}px`;
  }, [at, node, view]);
  const facts = describe(view, node);
  return (
    <div
      ref={box}
      aria-hidden="true"
      data-testid="flamegraph-tooltip"
      className="pf:pointer-events-none pf:fixed pf:z-50 pf:max-w-[min(36rem,90vw)] pf:rounded pf:border pf:border-gray-600 pf:bg-gray-900 pf:px-3 pf:py-2 pf:text-xs pf:text-gray-100 pf:shadow-lg"
    >
      <div className="pf:mb-1 pf:font-semibold pf:wrap-anywhere" dir="auto">
        {facts.name.trim() === '' ? NO_NAME : facts.name}
      </div>
      <dl className="pf:grid pf:grid-cols-[auto_auto_1fr] pf:gap-x-3 pf:tabular-nums">
        <Fact
          term="Total"
          value={formatValue(facts.total, unit)}
          detail={`${formatShare(facts.shareOfTotal)} of total`}
        />
        <Fact
          term="Self"
          value={formatValue(facts.self, unit)}
          detail={`${formatShare(facts.selfShareOfTotal)} of total`}
        />
        {facts.shareOfParent !== undefined && (
          <Fact term="Of parent" value={formatShare(facts.shareOfParent)} detail="" />
        )}
        {facts.hidden > 0 && (
          <Fact
            term="Hidden below"
            value={formatValue(facts.hidden, unit)}
            detail="cut by the server"
          />
        )}
      </dl>
    </div>
  );
}

function Fact(props: {
  readonly term: string;
  readonly value: string;
  readonly detail: string;
}): ReactNode {
  return (
    <>
      <dt className="pf:text-gray-400">{props.term}</dt>
      <dd>{props.value}</dd>
      <dd className="pf:text-gray-300">{props.detail}</dd>
    </>
  );
}
