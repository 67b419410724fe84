import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { VALUE_COLORS } from '@hsi/flamegraph';
import { installDrawLog, treeFromDrawing } from '@hsi/test-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseColors } from './color-choice.ts';
import { copyText } from './copy-text.ts';
import { FlameGraphPanel, type FlameGraphPanelProps } from './flame-graph-panel.tsx';

const TREE = treeFromDrawing(`
  node:internal/timers:run:1 100
    main 300
      /srv/node_modules/pkg/a.js:call:3 600
`);

let canvas: ReturnType<typeof installDrawLog>;

beforeEach(() => {
  canvas = installDrawLog(HTMLCanvasElement);
});
afterEach(() => {
  canvas.restore();
  chooseColors('package');
});

function show(props: Partial<FlameGraphPanelProps> = {}): HTMLElement {
  render(<FlameGraphPanel testId="graph" title="X" tree={TREE} unit="count" query="" {...props} />);
  return screen.getByTestId('graph');
}

const log = () => canvas.logOf(document.querySelector('canvas')!);

async function openView(): Promise<HTMLElement> {
  await userEvent.click(screen.getByRole('button', { name: 'View options of X' }));
  return screen.findByRole('dialog', { hidden: true });
}

describe('view options', () => {
  it('leave out frames by preset, and say the share', async () => {
    const onHiddenChange = vi.fn();
    const panel = show({ onHiddenChange });
    const dialog = await openView();
    const preset = within(dialog).getByText('node_modules').closest('label')!;
    expect(preset.textContent).toBe('node_modules60.0%');
    log().reset();
    await userEvent.click(preset);
    expect(onHiddenChange).toHaveBeenLastCalledWith(['modules']);
    expect(panel.textContent).toContain('without node_modules, 60.0%');
    expect(log().texts.map(({ text }) => text)).not.toContain('call');
    await userEvent.click(preset);
    expect(panel.textContent).not.toContain('without');
  });

  it('leave out frames by a text of one’s own', async () => {
    const panel = show();
    const dialog = await openView();
    await userEvent.type(within(dialog).getByPlaceholderText('name holds …'), 'MAIN{Enter}');
    expect(panel.textContent).toContain('without "MAIN", 30.0%');
  });

  it('give the keyboard back to the button that opened them', async () => {
    show();
    const dialog = await openView();
    await userEvent.click(within(dialog).getByText('Close'));
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'View options of X' }));
  });

  it('take frame filters from the caller', () => {
    expect(show({ hidden: ['node'] }).textContent).toContain('without Node internals, 10.0%');
  });

  it('change the colours of every graph, and remember them', async () => {
    show();
    const dialog = await openView();
    log().reset();
    await userEvent.click(within(dialog).getByLabelText('By self value'));
    expect(log().rects.some(({ fill }) => fill === VALUE_COLORS.at(-1))).toBe(true);
    expect(window.localStorage.getItem('hsi-profiling.flame-colors')).toBe('value');
  });

  it('work where storage is blocked', async () => {
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('blocked', 'SecurityError');
    });
    show();
    const dialog = await openView();
    await userEvent.click(within(dialog).getByLabelText('By self value'));
    expect(within(dialog).getByLabelText<HTMLInputElement>('By self value').checked).toBe(true);
  });
});

describe('pointers', () => {
  const graph = (): HTMLCanvasElement => document.querySelector('canvas')!;
  const rectOf = (y: number): number => log().rects.findLast((rect) => rect.y === y)!.width;

  it('zoom by Ctrl and the wheel, and reset', async () => {
    const panel = show();
    log().reset();
    fireEvent.wheel(graph(), { ctrlKey: true, deltaY: -200, clientX: 0 });
    // The frame of 60% of the width is now wider than the canvas.
    expect(rectOf(60)).toBe(799);
    await userEvent.click(within(panel).getByRole('button', { name: 'Reset zoom' }));
    expect(within(panel).queryByRole('button', { name: 'Reset zoom' })).toBeNull();
  });

  it('pan by dragging, which is no click', () => {
    const onFocusChange = vi.fn();
    show({ onFocusChange });
    fireEvent.wheel(graph(), { ctrlKey: true, deltaY: -200, clientX: 0 });
    log().reset();
    fireEvent.pointerDown(graph(), { pointerId: 1, clientX: 700, clientY: 70, button: 0 });
    fireEvent.pointerMove(graph(), { pointerId: 1, clientX: 300, clientY: 70 });
    fireEvent.pointerUp(graph(), { pointerId: 1, clientX: 300, clientY: 70 });
    expect(rectOf(60)).toBe(559);
    expect(onFocusChange).not.toHaveBeenCalled();
  });

  it('take the tooltip away when the wheel moves what is under it', () => {
    show();
    fireEvent.pointerMove(graph(), { clientX: 10, clientY: 30 });
    expect(screen.getByTestId('flamegraph-tooltip')).toBeTruthy();
    fireEvent.wheel(graph(), { deltaY: 100 });
    expect(screen.queryByTestId('flamegraph-tooltip')).toBeNull();
  });

  it('pan by Shift and the wheel', () => {
    show();
    fireEvent.wheel(graph(), { ctrlKey: true, deltaY: -200, clientX: 0 });
    log().reset();
    fireEvent.wheel(graph(), { shiftKey: true, deltaY: 400 });
    expect(rectOf(60)).toBe(559);
  });

  it('zoom with two fingers', () => {
    show();
    const touch = { pointerType: 'touch', clientY: 70 };
    fireEvent.pointerDown(graph(), { ...touch, pointerId: 1, clientX: 0 });
    fireEvent.pointerDown(graph(), { ...touch, pointerId: 2, clientX: 200 });
    log().reset();
    fireEvent.pointerMove(graph(), { ...touch, pointerId: 2, clientX: 400 });
    expect(rectOf(60)).toBe(799);
  });

  it('zoom with two fingers one above the other', () => {
    show();
    const touch = { pointerType: 'touch', clientX: 0 };
    fireEvent.pointerDown(graph(), { ...touch, pointerId: 1, clientY: 50 });
    fireEvent.pointerDown(graph(), { ...touch, pointerId: 2, clientY: 100 });
    log().reset();
    fireEvent.pointerMove(graph(), { ...touch, pointerId: 2, clientY: 150 });
    expect(rectOf(60)).toBe(799);
  });

  it('zoom by what both fingers did between two pictures, about what is between them', () => {
    show();
    const touch = { pointerType: 'touch', clientY: 70 };
    fireEvent.pointerDown(graph(), { ...touch, pointerId: 1, clientX: 150 });
    fireEvent.pointerDown(graph(), { ...touch, pointerId: 2, clientX: 250 });
    log().reset();
    act(() => {
      fireEvent.pointerMove(graph(), { ...touch, pointerId: 1, clientX: 100 });
      fireEvent.pointerMove(graph(), { ...touch, pointerId: 2, clientX: 300 });
    });
    expect(rectOf(60)).toBe(759);
  });

  it('show a touched frame first and focus it when touched again', () => {
    const onFocusChange = vi.fn();
    show({ onFocusChange });
    const tap = () => {
      const at = { pointerType: 'touch', pointerId: 3, clientX: 10, clientY: 30 };
      fireEvent.pointerDown(graph(), at);
      fireEvent.pointerUp(graph(), at);
    };
    tap();
    expect(screen.getByTestId('flamegraph-tooltip').textContent).toContain('node:internal');
    expect(onFocusChange).not.toHaveBeenCalled();
    tap();
    expect(onFocusChange).toHaveBeenCalledWith(['node:internal/timers:run:1']);
  });

  it('open the menu by a finger that rests on a frame, and focus nothing when it is lifted', async () => {
    const onFocusChange = vi.fn();
    show({ onFocusChange });
    vi.useFakeTimers();
    const at = { pointerType: 'touch', pointerId: 3, clientX: 10, clientY: 30 };
    fireEvent.pointerDown(graph(), at);
    act(() => void vi.advanceTimersByTime(600));
    fireEvent.pointerUp(graph(), at);
    vi.useRealTimers();
    // Browsers make a mouse press of a touch unless it is taken: it would take the keyboard away.
    expect(fireEvent.touchEnd(graph())).toBe(false);
    const menu = await screen.findByRole('menu', { name: 'node:internal/timers:run:1' });
    expect(menu.contains(document.activeElement)).toBe(true);
    screen.getByRole('tree').focus();
    await userEvent.keyboard('{Escape}');
    expect(menu.isConnected).toBe(false);
    expect(onFocusChange).not.toHaveBeenCalled();
  });

  it('open no menu when the finger moves on or a second one comes', () => {
    show();
    vi.useFakeTimers();
    const touch = { pointerType: 'touch', clientY: 30 };
    fireEvent.pointerDown(graph(), { ...touch, pointerId: 3, clientX: 10 });
    fireEvent.pointerMove(graph(), { ...touch, pointerId: 3, clientX: 60 });
    act(() => void vi.advanceTimersByTime(600));
    fireEvent.pointerUp(graph(), { ...touch, pointerId: 3, clientX: 60 });
    fireEvent.pointerDown(graph(), { ...touch, pointerId: 4, clientX: 10 });
    fireEvent.pointerDown(graph(), { ...touch, pointerId: 5, clientX: 90 });
    act(() => void vi.advanceTimersByTime(600));
    vi.useRealTimers();
    expect(screen.queryByRole('menu')).toBeNull();
  });

  it('open the menu by a right click, which a press elsewhere closes', async () => {
    show();
    fireEvent.contextMenu(graph(), { clientX: 10, clientY: 50 });
    const menu = await screen.findByRole('menu', { name: 'main' });
    expect(within(menu).queryByText('Search for this function')).toBeNull();
    await userEvent.click(document.body);
    expect(menu.isConnected).toBe(false);
  });
});

it('opens a search field in one of many when it is asked for, until it is left empty', async () => {
  const onQueryChange = vi.fn();
  show({ compact: true, onQueryChange });
  expect(screen.queryByRole('textbox')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Find in X' }));
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Search functions' }));
  await userEvent.keyboard('m');
  await waitFor(() => expect(onQueryChange).toHaveBeenCalledWith('m'));
  await userEvent.clear(screen.getByRole('textbox'));
  await userEvent.tab();
  expect(screen.queryByRole('textbox')).toBeNull();
});

it('says when the focused frame is not in the graph', async () => {
  const onFocusChange = vi.fn();
  const panel = show({ focus: ['gone'], onFocusChange });
  expect(panel.textContent).toContain('the focused frame is not in this graph');
  await userEvent.click(within(panel).getByRole('button', { name: 'Reset focus' }));
  expect(onFocusChange).toHaveBeenCalledWith([]);
});

describe('copyText', () => {
  it('falls back to a selection where there is no clipboard interface', async () => {
    const execCommand = vi.fn(() => true);
    Object.defineProperty(document, 'execCommand', { value: execCommand, configurable: true });
    vi.stubGlobal('navigator', {});
    expect(await copyText('main')).toBe(true);
    expect(execCommand).toHaveBeenCalledWith('copy');
    execCommand.mockImplementation(() => {
      throw new Error('no');
    });
    expect(await copyText('main')).toBe(false);
    expect(document.querySelector('textarea')).toBeNull();
    vi.unstubAllGlobals();
    Reflect.deleteProperty(document, 'execCommand');
  });
});
