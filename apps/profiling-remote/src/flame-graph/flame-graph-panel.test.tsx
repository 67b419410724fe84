import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { loadSearchHelp } from '@hsi/flamegraph';
import { installDrawLog, treeFromDrawing, treeFromFolded } from '@hsi/test-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FlameGraphPanel, type FlameGraphPanelProps } from './flame-graph-panel.tsx';
import { PLAIN } from './view-options.ts';

const TREE = treeFromDrawing(`
  main 100
    ./work.mjs:loadModel:11 600
      ./work.mjs:mat:5 200
    other 100
`);

let canvas: ReturnType<typeof installDrawLog>;

beforeEach(() => {
  canvas = installDrawLog(HTMLCanvasElement);
});
afterEach(() => canvas.restore());

function show(props: Partial<FlameGraphPanelProps> = {}): HTMLElement {
  render(
    <FlameGraphPanel testId="graph" title="RT-DETR" tree={TREE} unit="count" query="" {...props} />,
  );
  return screen.getByTestId('graph');
}

const canvasOf = (panel: HTMLElement): HTMLCanvasElement => panel.querySelector('canvas')!;
/** A point of the 800 pixels wide canvas: the row's number and how far along. */
const point = (row: number, share: number) => ({ clientX: share * 800, clientY: row * 20 + 10 });

function click(panel: HTMLElement, row: number, share: number): void {
  const at = { ...point(row, share), pointerId: 1, button: 0 };
  fireEvent.pointerDown(canvasOf(panel), at);
  fireEvent.pointerUp(canvasOf(panel), at);
}

describe('FlameGraphPanel', () => {
  it('paints the frames and tells the total', () => {
    const panel = show();
    expect(panel.dataset['total']).toBe('1000');
    expect(canvas.logOf(canvasOf(panel)).texts.map(({ text }) => text)).toContain('loadModel');
    expect(within(panel).getByRole('heading', { name: 'RT-DETR' })).toBeTruthy();
    expect(panel.textContent).toContain('1 frame, 10.0% of total hidden');
  });

  it('says when there is nothing', () => {
    expect(show({ tree: treeFromDrawing('') }).textContent).toContain('No samples');
  });

  it('gives the graph the place of the line below it while that has nothing to say', () => {
    const panel = show({ tree: treeFromDrawing('main 100'), height: 200 });
    const tree = within(panel).getByRole('tree');
    expect(tree.style.height).toBe('228px');
    click(panel, 1, 0.5);
    expect(tree.style.height).toBe('200px');
    fireEvent.click(within(panel).getByRole('button', { name: 'Reset focus' }));
    expect(tree.style.height).toBe('228px');
  });

  it('shows self, total, share of total and of parent under the pointer', () => {
    const panel = show();
    fireEvent.pointerMove(canvasOf(panel), point(3, 0.1));
    const tooltip = screen.getByTestId('flamegraph-tooltip');
    expect(tooltip.textContent).toContain('./work.mjs:mat:5');
    expect(tooltip.textContent).toContain('Total20020.0% of total');
    expect(tooltip.textContent).toContain('Of parent25.0%');
    fireEvent.pointerLeave(canvasOf(panel));
    expect(screen.queryByTestId('flamegraph-tooltip')).toBeNull();
  });

  it('focuses a frame by a click and goes back by Escape and by the breadcrumb', async () => {
    const onFocusChange = vi.fn();
    const panel = show({ onFocusChange });
    click(panel, 2, 0.1);
    expect(onFocusChange).toHaveBeenLastCalledWith(['main', './work.mjs:loadModel:11']);
    await userEvent.click(within(panel).getByRole('button', { name: 'main' }));
    expect(onFocusChange).toHaveBeenLastCalledWith(['main']);
    await userEvent.keyboard('{Escape}');
    expect(onFocusChange).toHaveBeenLastCalledWith([]);
    expect(within(panel).queryByRole('navigation')).toBeNull();
  });

  it('asks for detail when a frame with hidden callees is focused, once', () => {
    const onDetail = vi.fn();
    const panel = show({ onDetail });
    click(panel, 2, 0.1);
    expect(onDetail).not.toHaveBeenCalled();
    click(panel, 1, 0.1);
    expect(onDetail).toHaveBeenCalledOnce();
  });

  it('asks for detail when the frame that a link focuses may be left out', () => {
    const onDetail = vi.fn();
    show({ onDetail, focus: ['main', 'small'] });
    expect(onDetail).toHaveBeenCalledOnce();
  });

  it('asks for no detail where nothing is left out', () => {
    const onDetail = vi.fn();
    show({ onDetail, focus: ['main', 'small'], tree: treeFromDrawing('main 100') });
    expect(onDetail).not.toHaveBeenCalled();
  });

  it.each([
    ['inverted', { invert: true }, '1 frame, 10.0% of total hidden'],
    ['in a sandwich', { sandwich: './work.mjs:mat:5' }, '10.0% of the profile hidden'],
  ])('asks for detail, and says what is hidden, when it is %s', (_, options, sentence) => {
    const onDetail = vi.fn();
    const panel = show({ onDetail, options: { ...PLAIN, ...options } });
    expect(panel.textContent).toContain(sentence);
    expect(onDetail).toHaveBeenCalledOnce();
  });

  it('scrolls to the focus of a link and to the function of a sandwich', () => {
    const deep = treeFromFolded(`${Array.from({ length: 300 }, (_, at) => `f${at}`).join(';')} 5`);
    const shown = { tree: deep, height: 400 };
    const focus = Array.from({ length: 101 }, (_, at) => `f${at}`);
    const panel = show({ ...shown, focus });
    const tree = within(panel).getByRole('tree');
    // Row 101 of 20 pixels, in the middle.
    expect(tree.scrollTop).toBe(101.5 * 20 - 200);
    cleanup();
    const other = show({ ...shown, options: { ...PLAIN, sandwich: 'f250' } });
    expect(within(other).getByRole('tree').scrollTop).toBe(250.5 * 20 - 200);
  });

  it('tells what a search matches, as a union', () => {
    expect(show({ query: 'work' }).textContent).toContain('matches 80.0% of total');
  });

  it('tells when a search matches nothing', () => {
    expect(show({ query: '/zebra/' }).textContent).toContain('no function matches');
  });

  it('tells why a search is not understood', () => {
    expect(show({ query: '/(/' }).textContent).toContain('Not a regular expression');
  });

  it('fetches what a pattern needs that could run for ever, and says when it does not arrive', async () => {
    const load = vi.spyOn(loadSearchHelp, 'linear').mockRejectedValueOnce(new Error('offline'));
    const panel = show({ query: '/^(m|ma)+in$/' });
    expect(panel.textContent).toContain('searching…');
    expect(await within(panel).findByText(/did not arrive: search again/)).toBeTruthy();
    load.mockRestore();
    cleanup();
    const again = show({ query: '/(m|ma)+t:/' });
    expect(await within(again).findByText('matches 20.0% of total')).toBeTruthy();
  });

  it('finds similar names when none matches as written', async () => {
    const panel = show({ query: 'loadModle' });
    expect(await within(panel).findByText('similar names match 80.0% of total')).toBeTruthy();
  });
});
