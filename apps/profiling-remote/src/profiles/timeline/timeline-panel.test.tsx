import { act, fireEvent, screen, within } from '@testing-library/react';
import { type DrawLog } from '@hsi/test-kit';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FakePyroscope } from '../../testing/fake-pyroscope.ts';
import { NOW, openView } from '../../testing/view-on-pyroscope.tsx';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const MINUTE = 60_000;
const search = () => new URLSearchParams(window.location.search);
const slider = () => screen.getByRole('slider');
const valueText = () => slider().getAttribute('aria-valuetext');
const key = (name: string, shiftKey = false) =>
  act(() => void fireEvent.keyDown(slider(), { key: name, shiftKey }));
const box = () => document.querySelector<HTMLElement>('.u-select')!;
const back = () => screen.queryByRole('button', { name: /^Back to/ });

/** RT-DETR worked five minutes ago, Florence six. */
function twoServices(): FakePyroscope {
  const push = (service: string, minutesAgo: number) => ({
    service,
    type: CPU,
    at: NOW - minutesAgo * MINUTE,
    stacks: 'main;work 30000000000',
  });
  return new FakePyroscope().push(push('rt-detr', 5)).push(push('florence', 6));
}

/** RT-DETR has worked in each of the last ten minutes. */
function steadyService(): FakePyroscope {
  const fake = new FakePyroscope();
  for (let minutesAgo = 1; minutesAgo <= 10; minutesAgo++) {
    fake.push({ service: 'rt-detr', type: CPU, at: NOW - minutesAgo * MINUTE, stacks: 'main 5' });
  }
  return fake;
}

describe('zooming by keys', () => {
  it('selects steps with Shift and the arrows, says which, and goes there with Enter', async () => {
    const view = await openView(steadyService());
    await key('End');
    await key('ArrowLeft');
    await key('ArrowLeft', true);
    await key('ArrowLeft', true);
    expect(valueText()).toMatch(/^Selected .*Enter zooms in\.$/);
    expect(box()).not.toHaveStyle({ width: '0px' });
    await key('Enter');
    await view.wait();
    expect(Number(search().get('to')) - Number(search().get('from'))).toBe(3 * MINUTE);
    expect(valueText()).not.toMatch(/^Selected/);
  });

  it('goes on when the range becomes shorter than the selection reached', async () => {
    const view = await openView(steadyService());
    await key('End');
    await key('ArrowLeft', true);
    await view.go('?from=now-5m');
    expect(valueText()).toMatch(/RT-DETR/);
  });

  it('keeps what is selected, and its box, when a refresh moves the range on', async () => {
    const view = await openView(steadyService());
    await key('End');
    await key('ArrowLeft');
    await key('ArrowLeft', true);
    const selected = valueText();
    const left = () => parseFloat(box().style.left);
    const before = left();
    await view.wait(2 * MINUTE);
    await view.refresh();
    expect(valueText()).toBe(selected);
    expect(box()).not.toHaveStyle({ width: '0px' });
    expect(left()).toBeLessThan(before);
  });

  it('lets go of the selection with an arrow alone or Escape', async () => {
    await openView(twoServices());
    await key('Home');
    await key('ArrowRight', true);
    await key('ArrowRight');
    expect(valueText()).not.toMatch(/^Selected/);
    await key('ArrowRight', true);
    await key('Escape');
    expect(valueText()).not.toMatch(/^Selected/);
    expect(box()).toHaveStyle({ width: '0px' });
  });
});

describe('the way back from a zoom', () => {
  it('is offered where the zoom led, not where the browser went since', async () => {
    const view = await openView(twoServices());
    fireEvent.click(screen.getByRole('button', { name: 'Zoom out' }));
    await view.wait();
    const zoomed = window.location.search;
    expect(back()).toHaveTextContent('Back to Last 1 hour');
    await view.go('');
    expect(back()).not.toBeInTheDocument();
    await view.go(zoomed);
    expect(back()).toHaveTextContent('Back to Last 1 hour');
  });

  it('leaves the keyboard beside it', async () => {
    const view = await openView(twoServices());
    fireEvent.click(screen.getByRole('button', { name: 'Zoom out' }));
    await view.wait();
    back()?.focus();
    fireEvent.click(back()!);
    await view.wait();
    expect(back()).not.toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Zoom out' })).toHaveFocus();
  });
});

describe('the values at the cursor', () => {
  const tooltip = () => screen.getByTestId('timeline-tooltip');

  it('name the silent among few, and say it once where all are silent', async () => {
    await openView(twoServices());
    await key('Home');
    expect(tooltip()).toHaveTextContent('No profile in this step');
    expect(tooltip()).not.toHaveTextContent('Florence');
    await key('End');
    for (let step = 0; step < 10 && !tooltip().textContent.includes('0.5 cores'); step++) {
      await key('ArrowLeft');
    }
    expect(tooltip()).toHaveTextContent(/RT-DETR0\.5 coresFlorenceno profile/);
  });

  it('leave out what is switched off, also by ear', async () => {
    await openView(twoServices());
    const legend = within(screen.getByTestId('profile-timeline'));
    await key('End');
    expect(valueText()).toContain('Florence');
    fireEvent.click(legend.getByRole('button', { name: 'Florence' }), { shiftKey: true });
    expect(valueText()).not.toContain('Florence');
    expect(valueText()).toContain('RT-DETR');
  });
});

describe('the legend', () => {
  const line = (name: string) =>
    within(screen.getByTestId('profile-timeline')).getByRole('button', { name });
  const shown = () =>
    ['RT-DETR', 'Florence'].filter((name) => line(name).getAttribute('aria-pressed') === 'true');

  it('shows one line alone with a press, another with the next, and all with one more', async () => {
    await openView(twoServices());
    fireEvent.click(line('Florence'));
    expect(shown()).toEqual(['Florence']);
    fireEvent.click(line('RT-DETR'));
    expect(shown()).toEqual(['RT-DETR']);
    fireEvent.click(line('RT-DETR'));
    expect(shown()).toEqual(['RT-DETR', 'Florence']);
  });

  it.each(['shiftKey', 'ctrlKey', 'metaKey'])('hides and shows one line with %s', async (held) => {
    await openView(twoServices());
    fireEvent.click(line('Florence'), { [held]: true });
    expect(shown()).toEqual(['RT-DETR']);
    fireEvent.click(line('Florence'), { [held]: true });
    expect(shown()).toEqual(['RT-DETR', 'Florence']);
  });

  it('hides and shows one line where a finger rests, and opens no menu', async () => {
    await openView(twoServices());
    // False when the default, the browser's menu, was prevented.
    expect(fireEvent.contextMenu(line('Florence'))).toBe(false);
    expect(shown()).toEqual(['RT-DETR']);
    fireEvent.contextMenu(line('Florence'));
    expect(shown()).toEqual(['RT-DETR', 'Florence']);
  });

  it('says what a press does', async () => {
    await openView(twoServices());
    expect(line('Florence')).toHaveAccessibleDescription(/alone.*Shift or Ctrl, or held/);
  });
});

it('has room for a last step that ends after the range', async () => {
  const fake = new FakePyroscope().push({
    service: 'rt-detr',
    type: CPU,
    at: NOW - 2_000,
    stacks: 'main 5',
  });
  await openView(fake, { search: `?from=${NOW - 10 * MINUTE}&to=${NOW - 1_000}` });
  await key('Home');
  await key('End', true);
  const right = parseFloat(box().style.left) + parseFloat(box().style.width);
  const width = parseFloat(document.querySelector<HTMLElement>('.u-over')!.style.width);
  expect(right).toBeGreaterThan(0);
  expect(right).toBeLessThanOrEqual(width);
});

describe('the colour of the axes', () => {
  const canvas = () => screen.getByTestId('profile-timeline').querySelector('canvas')!;
  const colors = () => {
    const log = canvas().getContext('2d') as unknown as DrawLog;
    return [...new Set(log.texts.map(({ fill }) => fill))];
  };

  it('is the page’s own', async () => {
    await openView(twoServices());
    expect(colors()).toEqual(['#9CA3AF']);
  });

  it('is the system’s where it forces its colours, anew when they change', async () => {
    const real = window.matchMedia;
    const scheme = Object.assign(real('(prefers-color-scheme: dark)'), { matches: true });
    const forced = Object.assign(real('(forced-colors: active)'), { matches: true });
    vi.spyOn(window, 'matchMedia').mockImplementation(
      (query) => [scheme, forced].find(({ media }) => media === query) ?? real(query),
    );
    onTestFinished(() => void vi.restoreAllMocks());
    await openView(twoServices());
    expect(colors()).toEqual(['CanvasText']);
    const drawn = canvas();
    await act(async () => {
      scheme.matches = false;
      scheme.dispatchEvent(new Event('change'));
    });
    expect(canvas()).not.toBe(drawn);
  });
});

it('says that filters leave nothing', async () => {
  await openView(twoServices(), { search: '?filter=environment|%3D|nowhere' });
  expect(screen.getByTestId('profile-timeline')).toHaveTextContent(
    'No profiles of this type that fit the filters in this range.',
  );
});

describe('the lines of one service', () => {
  const lines = () => screen.getByLabelText<HTMLSelectElement>('Lines of the timeline');
  const offered = () => [...lines().options].map(({ text }) => text);
  const named = () =>
    [...screen.getByTestId('profile-timeline').querySelectorAll('button[aria-pressed]')].map(
      ({ textContent }) => textContent,
    );
  const choose = (value: string) => fireEvent.change(lines(), { target: { value } });
  const push = (service: string, labels: Record<string, string>) => ({
    service,
    type: CPU,
    at: NOW - 5 * MINUTE,
    labels,
    stacks: 'main 1000000000',
  });

  it('are the models of Backend, or one for all', async () => {
    const fake = new FakePyroscope()
      .push(push('nemotron-backend', { model: 'clip-vit-l' }))
      .push(push('nemotron-backend', { model: 'paddleocr' }));
    const view = await openView(fake, { search: '?service=nemotron-backend' });
    expect(named()).toEqual(['clip-vit-l', 'paddleocr']);
    choose('service_name');
    await view.wait();
    expect(named()).toEqual(['Backend']);
  });

  it('are the values of any label that the server knows, as the address says', async () => {
    const fake = new FakePyroscope()
      .push(push('rt-detr', { version: '1' }))
      .push(push('rt-detr', { version: '2' }))
      .push(push('rt-detr', {}));
    const view = await openView(fake, { search: '?service=rt-detr' });
    expect(offered()).toEqual(['Total']);
    expect(fake.count('LabelNames')).toBe(0);
    fireEvent.focus(lines());
    await view.wait();
    expect(offered()).toEqual(['Total', 'By version']);
    choose('version');
    await view.wait();
    expect(search().get('by')).toBe('version');
    expect(named().sort()).toEqual(['1', '2', 'no version']);
    choose('service_name');
    await view.wait();
    expect(search().get('by')).toBeNull();
  });

  it('say when there may be more than are drawn', async () => {
    const fake = new FakePyroscope();
    for (let pod = 0; pod < 30; pod++) fake.push(push('rt-detr', { pod: `pod-${pod}` }));
    await openView(fake, { search: '?service=rt-detr&by=pod' });
    expect(screen.getByTestId('profile-timeline')).toHaveTextContent(
      'The 20 greatest; there may be more.',
    );
    expect(offered()).toContain('By pod');
  });
});
