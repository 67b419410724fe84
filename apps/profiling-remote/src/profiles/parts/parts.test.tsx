import { act, createEvent, fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { FakePyroscope } from '../../testing/fake-pyroscope.ts';
import { NOW, openView } from '../../testing/view-on-pyroscope.tsx';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const ago = (seconds: number) => NOW - seconds * 1000;
const search = () => new URLSearchParams(window.location.search);
const total = (testId: string) => screen.getByTestId(testId).dataset['total'];
const type = (label: string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole('button', { name }));

function twoEnvironments(): FakePyroscope {
  const push = (environment: string, value: number, at = ago(60)) => ({
    service: 'rt-detr',
    type: CPU,
    at,
    labels: { environment },
    stacks: `main;work ${value}`,
  });
  return new FakePyroscope().push(push('staging', 20)).push(push('production', 3));
}

describe('frames that the server left out', () => {
  const many = Array.from({ length: 6_000 }, (_, at) => `main;f${at} ${at + 1}`).join('\n');
  const cut = () =>
    new FakePyroscope().push({ service: 'rt-detr', type: CPU, at: ago(60), stacks: many });
  const asked = (fake: FakePyroscope) =>
    fake.asked
      .filter(({ method }) => method === 'SelectMergeStacktraces')
      .map(({ maxNodes }) => Number(maxNodes));

  it('are told, and asked for when one looks below their caller', async () => {
    const fake = cut();
    const view = await openView(fake, { search: '?service=rt-detr' });
    const graph = screen.getByTestId('flamegraph-rt-detr');
    expect(graph).toHaveTextContent(/1 frame, [\d.]+% of total hidden/);
    const before = total('flamegraph-rt-detr');
    fireEvent.keyDown(within(graph).getByRole('tree'), { key: 'ArrowDown' });
    fireEvent.keyDown(within(graph).getByRole('tree'), { key: 'Enter' });
    await view.wait();
    expect(graph).not.toHaveTextContent('hidden');
    expect(total('flamegraph-rt-detr')).toBe(before);
    expect(asked(fake).at(-1)).toBeGreaterThanOrEqual(50_000);
  });

  it('are asked for when a link focuses one of them', async () => {
    const fake = cut();
    await openView(fake, { search: '?service=rt-detr&focus=main&focus=f3' });
    const graph = screen.getByTestId('flamegraph-rt-detr');
    expect(within(graph).getByRole('navigation', { name: 'Focus' })).toHaveTextContent('f3');
    expect(asked(fake)).toHaveLength(2);
  });
});

describe('label filters', () => {
  it('are added with suggestions from the server, and go into the address', async () => {
    const view = await openView(twoEnvironments());
    press('Filter');
    await view.wait();
    const names = screen.getByLabelText('Label').getAttribute('list');
    const options = (list: string | null) =>
      [...document.getElementById(list ?? '')!.querySelectorAll('option')].map(
        ({ value }) => value,
      );
    expect(options(names)).toEqual(['environment']);

    type('Label', 'environment');
    await view.wait();
    expect(options(screen.getByLabelText('Value').getAttribute('list'))).toEqual([
      'production',
      'staging',
    ]);
    type('Rule', '=~');
    type('Value', 'prod.*');
    press('Apply');
    await view.wait();
    expect(search().getAll('filter')).toEqual(['environment|=~|prod.*']);
    expect(total('flamegraph-rt-detr')).toBe('3');
    expect(screen.getByTestId('flamegraph-florence')).toHaveTextContent('that fit the filters');
  });

  it('are refused with a sentence while they are none', async () => {
    await openView(twoEnvironments());
    press('Filter');
    press('Apply');
    expect(screen.getByText('Name a label.')).toBeVisible();
    fireEvent.keyDown(screen.getByLabelText('Label'), { key: 'Escape' });
    expect(screen.queryByLabelText('Label')).not.toBeInTheDocument();
  });

  it('are changed and removed by their chips', async () => {
    const view = await openView(twoEnvironments(), {
      search: '?filter=environment|%3D|production',
    });
    expect(total('flamegraph-rt-detr')).toBe('3');
    press('environment = production');
    type('Rule', '!=');
    press('Apply');
    await view.wait();
    expect(total('flamegraph-rt-detr')).toBe('20');
    press('Remove the filter environment != production');
    await view.wait();
    expect(total('flamegraph-rt-detr')).toBe('23');
  });

  it('find an absent label by "is empty"', async () => {
    const view = await openView(
      twoEnvironments().push({ service: 'rt-detr', type: CPU, at: ago(60), stacks: 'main 1' }),
    );
    press('Filter');
    type('Label', 'environment');
    type('Rule', 'is empty');
    press('Apply');
    await view.wait();
    expect(total('flamegraph-rt-detr')).toBe('1');
  });

  it('that the server refuses are told with its reason', async () => {
    const fake = twoEnvironments();
    fake.mode = 400;
    const view = await openView(fake, { search: '?filter=environment|%3D|a' });
    await view.wait(1_000);
    expect(screen.getByTestId('profile-timeline')).toHaveTextContent(
      'The profile server refused the question: Failed.',
    );
  });
});

describe('the keyboard after a filter', () => {
  const add = () => screen.getByRole('button', { name: 'Filter' });
  const editor = () => screen.getByLabelText('Label');

  it('is back where the editor was opened', async () => {
    const view = await openView(twoEnvironments(), {
      search: '?filter=environment|%3D|production',
    });
    press('Filter');
    expect(editor()).toHaveFocus();
    fireEvent.keyDown(editor(), { key: 'Escape' });
    expect(add()).toHaveFocus();

    press('environment = production');
    press('Cancel');
    expect(screen.getByRole('button', { name: 'environment = production' })).toHaveFocus();

    press('environment = production');
    type('Value', 'staging');
    press('Apply');
    await view.wait();
    expect(add()).toHaveFocus();
    press('Remove the filter environment = staging');
    await view.wait();
    expect(add()).toHaveFocus();
  });

  it('hears which field is wrong', async () => {
    await openView(twoEnvironments());
    press('Filter');
    press('Apply');
    expect(editor()).toBeInvalid();
    expect(editor()).toHaveAccessibleDescription('Name a label.');
    type('Label', 'environment');
    type('Rule', '!~');
    type('Value', '(?!prod).*');
    expect(editor()).toBeValid();
    expect(screen.getByLabelText('Value')).toBeInvalid();
    expect(screen.getByLabelText('Value')).toHaveAccessibleDescription(/RE2/);
  });
});

it('suggestions for a filter fit the other filters', async () => {
  const fake = twoEnvironments().push({
    service: 'rt-detr',
    type: CPU,
    at: ago(60),
    labels: { environment: 'production', version: '2' },
    stacks: 'main 1',
  });
  const view = await openView(fake, { search: '?filter=version|%3D|2' });
  press('Filter');
  type('Label', 'environment');
  await view.wait();
  const list = document.getElementById(screen.getByLabelText('Value').getAttribute('list')!)!;
  expect([...list.querySelectorAll('option')].map(({ value }) => value)).toEqual(['production']);
});

describe('the time range', () => {
  it('has presets', async () => {
    const fake = twoEnvironments().push({
      service: 'rt-detr',
      type: CPU,
      at: ago(7_200),
      stacks: 'main 100',
    });
    const view = await openView(fake);
    fireEvent.change(screen.getByLabelText(/^Time range/), { target: { value: 'now-6h' } });
    await view.wait();
    expect(search().get('from')).toBe('now-6h');
    expect(total('flamegraph-rt-detr')).toBe('123');
  });

  it('takes any two times', async () => {
    const view = await openView(twoEnvironments());
    press('Choose two times');
    fireEvent.click(screen.getByLabelText('until now'));
    type('From', '2026-11-23T08:00:00');
    type('To', '2026-11-23T07:00:00');
    expect(screen.getByText('The range must start before it ends.')).toBeVisible();
    type('To', '2026-11-23T09:00:00');
    press('Apply');
    await view.wait();
    const [from, to] = [Number(search().get('from')), Number(search().get('to'))];
    expect([new Date(from).getHours(), to - from]).toEqual([8, 3_600_000]);
    expect(screen.getByLabelText('Auto refresh')).toBeDisabled();
    expect(screen.getByTestId('profile-timeline')).toHaveTextContent(/08:00:00 – 09:00:00/);
  });

  it('takes any length that ends now, and moves on with the time of day', async () => {
    const view = await openView(twoEnvironments());
    const opener = screen.getByRole('button', { name: 'Choose two times' });
    press('Choose two times');
    type('Or the last', '0');
    expect(screen.getByText('Give a whole number from 1 to 999.')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Show' })).toBeDisabled();
    type('Or the last', '3');
    type('Unit', 'h');
    press('Show');
    await view.wait();
    expect([search().get('from'), search().get('to')]).toEqual(['now-3h', null]);
    expect(screen.getByRole('option', { name: 'Last 3 h' })).toBeInTheDocument();
    expect(screen.getByLabelText('Auto refresh')).toBeEnabled();
    expect(opener).toHaveFocus();
  });

  it('is left as it was with Escape', async () => {
    await openView(twoEnvironments());
    press('Choose two times');
    fireEvent.keyDown(screen.getByLabelText('From'), { key: 'Escape' });
    expect(screen.queryByLabelText('From')).not.toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Choose two times' })).toHaveFocus();
    expect(search().get('from')).toBeNull();
  });

  it('can end now', async () => {
    const view = await openView(twoEnvironments());
    press('Choose two times');
    type('From', '2026-11-22T08:00:00');
    expect(screen.getByLabelText('To')).toBeDisabled();
    press('Apply');
    await view.wait();
    expect(search().get('to')).toBeNull();
    expect(Number(search().get('from'))).toBeLessThan(NOW - 86_400_000);
  });

  it('widens, and goes back a step at a time', async () => {
    const view = await openView(twoEnvironments());
    press('Zoom out');
    await view.wait();
    expect(Number(search().get('to')) - Number(search().get('from'))).toBe(7_200_000);
    press('Back to Last 1 hour');
    await view.wait();
    expect(search().get('from')).toBeNull();
    expect(screen.queryByRole('button', { name: /^Back to/ })).not.toBeInTheDocument();
  });
});

describe('the timeline', () => {
  const slider = () => screen.getByRole('slider');
  const key = (name: string) => act(() => void fireEvent.keyDown(slider(), { key: name }));

  it('is read and opened by keys', async () => {
    const view = await openView(twoEnvironments());
    await key('End');
    expect(slider()).toHaveAttribute(
      'aria-valuetext',
      expect.stringContaining('RT-DETR <0.001 cores'),
    );
    await key('ArrowLeft');
    await key('ArrowLeft');
    expect(slider()).toHaveAttribute(
      'aria-valuetext',
      expect.stringContaining('RT-DETR no profile'),
    );
    await key('ArrowRight');
    await key('ArrowRight');
    const tooltip = screen.getByTestId('timeline-tooltip');
    expect(tooltip).toHaveTextContent('RT-DETR');
    await key('Escape');
    expect(screen.queryByTestId('timeline-tooltip')).not.toBeInTheDocument();
    await key('Home');
    await key('Enter');
    await view.wait();
    expect(Number(search().get('to')) - Number(search().get('from'))).toBe(60_000);
    expect(screen.getByRole('button', { name: 'Back to Last 1 hour' })).toBeVisible();
  });

  it('opens a clicked step, and zooms to what was dragged over', async () => {
    const view = await openView(twoEnvironments());
    const over = document.querySelector<HTMLElement>('.u-over')!;
    const drag = (from: number, to: number) => {
      fireEvent.mouseMove(over, { clientX: from, clientY: 50 });
      fireEvent.mouseDown(over, { clientX: from, clientY: 50, button: 0 });
      const move = createEvent.mouseMove(over, { clientX: to, clientY: 50 });
      // jsdom says that nothing moved, which uPlot takes for a stray event.
      Object.defineProperty(move, 'movementX', { value: to - from });
      fireEvent(over, move);
      fireEvent.mouseUp(document, { clientX: to, clientY: 50, button: 0 });
      fireEvent.click(over, { clientX: to, clientY: 50 });
    };
    expect(over).not.toBeNull();
    drag(100, 200);
    await view.wait();
    const width = Number(search().get('to')) - Number(search().get('from'));
    expect(width).toBeGreaterThan(300_000);
    expect(width).toBeLessThan(3_600_000);
  });

  it('takes a line out and puts it back', async () => {
    await openView(twoEnvironments());
    const line = within(screen.getByTestId('profile-timeline')).getByRole('button', {
      name: 'RT-DETR',
    });
    fireEvent.click(line, { shiftKey: true });
    expect(line).toHaveAttribute('aria-pressed', 'false');
    fireEvent.click(line, { shiftKey: true });
    expect(line).toHaveAttribute('aria-pressed', 'true');
  });

  it('shows at most twenty lines beside the catalog, and says how many more there are', async () => {
    const fake = new FakePyroscope();
    for (let index = 0; index < 40; index++) {
      fake.push({ service: `s${index}`, type: CPU, at: ago(120), stacks: 'main 1' });
    }
    await openView(fake);
    expect(screen.getByTestId('profile-timeline')).toHaveTextContent('20 more services have data');
    expect(fake.asked.filter(({ method }) => method === 'SelectMergeStacktraces')).toHaveLength(24);
  });
});

describe('auto refresh', () => {
  it('asks again with the time of day, and not while nobody looks', async () => {
    const fake = twoEnvironments();
    const view = await openView(fake);
    type('Auto refresh', '15 s');
    const asked = () => fake.count('Series');
    const before = asked();
    await view.wait(15_100);
    expect(asked()).toBe(before + 1);
    expect(Number(fake.asked.at(-1)?.end)).toBeGreaterThan(NOW + 15_000);

    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
    await view.wait(60_000);
    expect(asked()).toBe(before + 1);
    hidden.mockReturnValue(false);
    act(() => void document.dispatchEvent(new Event('visibilitychange')));
    await view.wait();
    expect(asked()).toBe(before + 2);
  });

  it('is off when it is switched off, and stays so', async () => {
    const fake = twoEnvironments();
    const view = await openView(fake);
    type('Auto refresh', 'Off');
    const before = fake.asked.length;
    await view.wait(120_000);
    expect(fake.asked).toHaveLength(before);
    expect(localStorage.getItem('hsi-profiling.auto-refresh')).toBe('Off');
  });
});

describe('a link to a span', () => {
  const SPAN = '00f067aa0ba902b7';
  const fake = () =>
    twoEnvironments().push({
      service: 'rt-detr',
      type: CPU,
      at: ago(60),
      spanId: SPAN,
      stacks: 'main;detect 7',
    });

  it('shows the samples of that span only, beside the service', async () => {
    await openView(fake(), { search: `?service=rt-detr&spanId=${SPAN}` });
    expect(total('flamegraph-span-rt-detr')).toBe('7');
    expect(total('flamegraph-rt-detr')).toBe('30');
  });

  it('finds the service when the link names none', async () => {
    await openView(fake(), { search: `?spanId=${SPAN}` });
    expect(total('flamegraph-span-rt-detr')).toBe('7');
  });

  it('says why there is nothing, and leads to wider scopes', async () => {
    const at = (ago(90) * 1000).toString();
    const view = await openView(fake(), {
      search: `?service=rt-detr&spanId=ffffffffffffffff&fromUs=${at}&durUs=2500`,
    });
    const panel = screen.getByTestId('span-panel');
    expect(panel).toHaveTextContent('No samples of this span.');
    expect(panel).toHaveTextContent('The span lasted 2.5 ms, less than the 10 ms');
    press('30 minutes around it');
    await view.wait();
    expect(search().get('spanId')).toBeNull();
    expect(total('flamegraph-rt-detr')).toBe('30');
  });

  it('is never answered with an unfiltered graph', async () => {
    const server = fake();
    server.unknown.add('SelectMergeSpanProfile');
    const view = await openView(server, { search: `?service=rt-detr&spanId=${SPAN}` });
    await view.wait(1_000);
    expect(screen.getByTestId('span-panel')).toHaveTextContent(
      'This profile server cannot select the samples of a span.',
    );
    expect(screen.queryByTestId('flamegraph-span-rt-detr')).not.toBeInTheDocument();
    press('Everything in this window');
    await view.wait();
    expect(screen.queryByTestId('span-panel')).not.toBeInTheDocument();
  });

  it('to a trace alone says what is shown, with the way to the trace', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const view = await openView(fake(), {
      search: `?traceId=${traceId}`,
      config: { jaeger_url: 'http://jaeger.local/' },
    });
    expect(screen.getByRole('link', { name: 'Open the trace' })).toHaveAttribute(
      'href',
      `http://jaeger.local/trace/${traceId}`,
    );
    press('Leave the trace');
    await view.wait();
    expect(search().get('traceId')).toBeNull();
  });
});
