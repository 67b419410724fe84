import { render, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { installDrawLog, treeFromDrawing, treeFromFolded } from '@hsi/test-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useState } from 'react';
import { FlameGraphPanel, type FlameGraphPanelProps } from './flame-graph-panel.tsx';
import { type ShownGraph } from './use-flame-commands.ts';
import { PLAIN } from './view-options.ts';

const TREE = treeFromDrawing(`
  main 100
    ./work.mjs:loadModel:11 300
      ./work.mjs:mat:5 200
      ./work.mjs:mat:9 50
    /srv/node_modules/pkg/a.js:call:3 50
      ./work.mjs:mat:5 200
    other 100
`);

let canvas: ReturnType<typeof installDrawLog>;
let copied: string[];

beforeEach(() => {
  canvas = installDrawLog(HTMLCanvasElement);
  copied = [];
});
afterEach(() => canvas.restore());

function Panel(props: Partial<FlameGraphPanelProps>) {
  const [query, setQuery] = useState('');
  return (
    <FlameGraphPanel
      testId="graph"
      title="RT-DETR"
      tree={TREE}
      unit="count"
      query={query}
      onQueryChange={setQuery}
      {...props}
    />
  );
}

function show(props: Partial<FlameGraphPanelProps> = {}) {
  const user = userEvent.setup();
  vi.spyOn(navigator.clipboard, 'writeText').mockImplementation((text) => {
    copied.push(text);
    return Promise.resolve();
  });
  render(<Panel {...props} />);
  const tree = screen.getByRole('tree');
  tree.focus();
  return { user, panel: screen.getByTestId('graph'), tree };
}

const current = (): string => screen.getByRole('treeitem', { selected: true }).textContent;

describe('by keyboard alone', () => {
  it('finds, focuses, puts in a sandwich and copies', async () => {
    const onFocusChange = vi.fn();
    const { user, panel, tree } = show({ onFocusChange });
    await user.keyboard('/');
    expect(document.activeElement).toBe(screen.getByRole('textbox'));
    await user.keyboard('mat:5{Enter}');
    expect(panel.textContent).toContain('1 of 2: matches 40.0% of total');
    tree.focus();
    await user.keyboard('n');
    expect(panel.textContent).toContain('2 of 2: matches');
    await user.keyboard('{Enter}');
    expect(onFocusChange).toHaveBeenLastCalledWith([
      'main',
      '/srv/node_modules/pkg/a.js:call:3',
      './work.mjs:mat:5',
    ]);
    await user.keyboard('s');
    expect(panel.textContent).toContain('Sandwich: mat');
    expect(current()).toMatch(/^mat, work.mjs:5, self 400, total 400, 100.0% of total/);
    await user.keyboard('{ArrowUp}');
    expect(current()).toMatch(/^caller /);
    await user.keyboard('c');
    await waitFor(() => expect(panel.textContent).toContain('Copied the name.'));
    await user.keyboard('{Shift>}C{/Shift}');
    await waitFor(() => expect(panel.textContent).toContain('Copied the stack trace.'));
    expect(copied[0]).toMatch(/call:3|loadModel/);
    expect(copied[1]!.split('\n').at(-1)).toBe('./work.mjs:mat:5');
  });

  it('goes back one step at a time', async () => {
    const { user, panel } = show();
    await user.keyboard('{ArrowDown}{ArrowDown}{Enter}');
    expect(within(panel).getByRole('navigation', { name: 'Focus' }).textContent).toContain('›');
    await user.keyboard('+');
    await user.keyboard('{Escape}{Escape}');
    expect(within(panel).queryByRole('navigation', { name: 'Focus' })).toBeNull();
  });

  it('copies a link', async () => {
    const linkFor = vi.fn((_: ShownGraph) => 'https://hsi.test/');
    const { user } = show({ linkFor, hidden: ['node'] });
    await user.keyboard('g{ArrowDown}l');
    await waitFor(() => expect(copied).toEqual(['https://hsi.test/']));
    const options = { ...PLAIN, siblings: true };
    expect(linkFor).toHaveBeenLastCalledWith({ options, hidden: ['node'], focus: ['main'] });
    await user.keyboard('il');
    await waitFor(() => expect(copied).toHaveLength(2));
    expect(linkFor.mock.lastCall![0]).toMatchObject({
      options: { invert: true },
      focus: undefined,
    });
  });

  it('focuses a frame that is deep in a recursion', async () => {
    const onFocusChange = vi.fn();
    const deep = Array.from({ length: 1_000 }, (_, at) => `walk${at % 2}`).join(';');
    const { user, panel } = show({ tree: treeFromFolded(`${deep} 5\nmain 5`), onFocusChange });
    await user.keyboard('{ArrowDown}{ArrowRight}{End}{Enter}');
    expect(within(panel).getByRole('navigation', { name: 'Focus' }).textContent).toContain('walk1');
    expect(onFocusChange.mock.lastCall![0]).toEqual([expect.stringMatching(/^…1000#/)]);
  });

  it('tells a screen reader what is shown now', async () => {
    const { user, panel } = show();
    const said = () => panel.querySelector('[aria-live]')!.textContent;
    expect(said()).toBe('The whole profile');
    await user.keyboard('{ArrowDown}{ArrowDown}{Enter}');
    expect(said()).toBe('Focus: loadModel');
    await user.keyboard('{Escape}rs');
    expect(said()).toBe('Collapse recursion. Sandwich: loadModel');
    await user.keyboard('{Escape}r');
    expect(said()).toBe('The whole profile');
  });

  it('says when copying is not allowed', async () => {
    const { user, panel } = show();
    vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new Error('denied'));
    await user.keyboard('{ArrowDown}c');
    await waitFor(() => expect(panel.textContent).toContain('did not allow copying'));
  });

  it('changes what is shown, and takes it back by the chips', async () => {
    const { user, panel } = show();
    await user.keyboard('iorgh');
    for (const text of ['Invert', 'Heaviest first', 'Collapse recursion', 'similar siblings']) {
      expect(panel.textContent).toContain(text);
    }
    for (const chip of within(panel).getAllByRole('button', { name: /^Remove: / })) {
      await user.click(chip);
    }
    expect(within(panel).queryAllByRole('button', { name: /^Remove: / })).toEqual([]);
  });

  it('hides a function and says its share', async () => {
    const { user, panel } = show();
    await user.keyboard('{ArrowDown}{ArrowDown}h');
    expect(panel.textContent).toContain('without loadModel, 30.0%');
    expect(panel.dataset['total']).toBe('1000');
  });

  it('opens the menu of the frame, which the arrow keys and Escape work', async () => {
    const { user, tree } = show();
    await user.keyboard('{ArrowDown}m');
    const menu = await screen.findByRole('menu', { name: 'main' });
    await user.keyboard('{ArrowDown}{ArrowDown}');
    expect(document.activeElement?.textContent).toContain('Search for this function');
    await user.keyboard('{Escape}');
    expect(menu.isConnected).toBe(false);
    expect(document.activeElement).toBe(tree);
  });

  it('shows its keys', async () => {
    const { user } = show();
    await user.keyboard('?');
    const dialog = await screen.findByRole('dialog', { hidden: true });
    expect(dialog.textContent).toContain('Copy the stack trace');
    await user.click(within(dialog).getByText('Close'));
    expect(dialog.isConnected).toBe(false);
  });
});

describe('the tree', () => {
  it('tells level, place, self, total and shares', async () => {
    const { user } = show();
    await user.keyboard('{ArrowDown}{ArrowDown}');
    const item = screen.getByRole('treeitem', { selected: true });
    expect(item.textContent).toBe(
      'loadModel, work.mjs:11, self 300, total 550, 55.0% of total, 55.0% of parent',
    );
    expect(item.getAttribute('aria-level')).toBe('3');
    expect(item.getAttribute('aria-posinset')).toBe('1');
    expect(item.getAttribute('aria-setsize')).toBe('2');
    expect(screen.getByRole('tree').getAttribute('aria-activedescendant')).toBe(item.id);
    const main = screen.getAllByRole('treeitem')[1]!;
    expect(main.textContent).toContain('100 hidden below');
  });

  it('stays small for many frames', () => {
    const tree = treeFromFolded(Array.from({ length: 2_000 }, (_, at) => `f${at} 1`).join('\n'));
    show({ tree });
    expect(screen.getAllByRole('treeitem').length).toBeLessThan(80);
    expect(screen.getAllByRole('treeitem')[1]!.getAttribute('aria-setsize')).toBe('2000');
  });

  it('focuses a frame that a screen reader presses', async () => {
    const onFocusChange = vi.fn();
    show({ onFocusChange });
    screen.getAllByRole('treeitem')[1]!.click();
    await waitFor(() => expect(onFocusChange).toHaveBeenCalledWith(['main']));
  });
});
