import { type KeyboardEvent, type ReactNode, useId } from 'react';
import { move } from '@hsi/flamegraph';
import { type SampleUnit } from '@hsi/profile-model';
import { FlameCanvas } from './flame-canvas.tsx';
import { actionOf } from './flame-keys.ts';
import { FlameTooltip } from './flame-tooltip.tsx';
import { FlameTreeItems, nodeOfItem } from './flame-tree.tsx';
import { type FlameCommands } from './use-flame-commands.ts';
import { type FlameGraph } from './use-flame-graph.ts';
import { type FlameStage } from './use-stage.ts';

/** The canvas, the tree over it that has the keyboard, and the tooltip; or why there is nothing. */
export function Stage(props: {
  readonly stage: FlameStage;
  readonly graph: FlameGraph;
  readonly commands: FlameCommands;
  readonly unit: SampleUnit;
  readonly title: string;
}): ReactNode {
  const { graph, commands, unit } = props;
  const { scroller, picture, glide, pointed, point, goTo, focusTree } = props.stage;
  const { view, selected } = graph;
  const id = `${useId()}-`;
  const current = selected ?? graph.focusNode ?? view.root;
  const onKeyDown = (event: KeyboardEvent): void => {
    const action = actionOf(event);
    if (action === undefined) return;
    event.preventDefault();
    if ('step' in action) {
      goTo(move(view, current, action.step));
    } else {
      commands.run(action.command, current);
    }
  };
  if (view.rowStart.length < 2) {
    return (
      <p
        ref={scroller}
        className="pf:flex pf:items-center pf:justify-center pf:px-3 pf:text-sm pf:text-gray-300"
        style={{ height: picture.height }}
      >
        {graph.options.sandwich === undefined
          ? 'No samples in this selection.'
          : 'This function is not in the graph.'}
      </p>
    );
  }
  return (
    <>
      <div
        ref={scroller}
        role="tree"
        tabIndex={0}
        aria-label={`${props.title} flame graph: arrow keys move, question mark lists all keys`}
        aria-activedescendant={id + current}
        className="pf:relative pf:overflow-x-hidden pf:overflow-y-auto pf:rounded-b-lg pf:bg-gray-800 pf:focus-visible:outline-2 pf:focus-visible:-outline-offset-2 pf:focus-visible:outline-[#76B900]"
        style={{ height: picture.height }}
        onKeyDown={onKeyDown}
        onBlur={() => point(undefined, { x: 0, y: 0 })}
        onClick={(event) => {
          // How a screen reader presses an item; the canvas has its own clicks.
          const node = nodeOfItem(event.target);
          if (node === undefined) return;
          graph.select(node);
          graph.focusOn(node);
        }}
      >
        <FlameTreeItems
          view={view}
          names={graph.names}
          unit={unit}
          current={current}
          idPrefix={id}
        />
        <FlameCanvas
          picture={picture}
          viewport={graph.viewport}
          glide={glide}
          scroller={scroller}
          onViewport={graph.setViewport}
          onHover={point}
          onPick={(node, byTouch) => {
            focusTree();
            const isFirstTouch = byTouch && node !== selected;
            graph.select(node);
            if (!isFirstTouch) graph.focusOn(node);
          }}
          onMenu={(node, at) => {
            graph.select(node);
            commands.setPopup({ kind: 'menu', node, at });
          }}
        />
      </div>
      {pointed && commands.popup === undefined && (
        <FlameTooltip view={view} node={pointed.node} at={pointed.at} unit={unit} />
      )}
    </>
  );
}
