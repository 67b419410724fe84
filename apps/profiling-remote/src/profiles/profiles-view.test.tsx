import { fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { FakePyroscope } from '../testing/fake-pyroscope.ts';
import { NOW, openView } from '../testing/view-on-pyroscope.tsx';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const MEMORY = 'memory:inuse_space:bytes:space:bytes';
const WALL = 'wall:cpu:nanoseconds:wall:nanoseconds';
const SECOND = 1e9;
const ago = (seconds: number) => NOW - seconds * 1000;

/** The four services, each of which worked for a while five minutes ago. */
function fourServices(): FakePyroscope {
  const fake = new FakePyroscope();
  const push = (service: string, stacks: string, labels = {}) =>
    fake.push({ service, type: CPU, at: ago(300), labels, stacks });
  push('nemotron-backend', `main;infer ${2 * SECOND}`, { model: 'clip-vit-l' });
  push('nemotron-backend', `main;detect ${SECOND}`, { model: 'yolo11-face' });
  push('nemotron-backend', `main;serve ${SECOND}\n:(idle):0 ${4 * SECOND}`);
  push('rt-detr', `main;suppress ${3 * SECOND}`);
  push('nemotron', `main;tokenise ${5 * SECOND}`);
  push('florence', `main;caption ${6 * SECOND}`);
  return fake;
}

const total = (testId: string) => screen.getByTestId(testId).dataset['total'];
const graphs = () =>
  screen.queryAllByTestId(/^flamegraph-/).map(({ dataset }) => dataset['testid']?.slice(11));
const choose = (label: RegExp | string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
const search = () => new URLSearchParams(window.location.search);

describe('a first visit', () => {
  it('shows a flame graph for each service of the catalog, in order, then for the others', async () => {
    const fake = fourServices().push({
      service: 'billing',
      type: CPU,
      at: ago(60),
      stacks: 'main 7',
    });
    await openView(fake);
    expect(graphs()).toEqual(['nemotron-backend', 'rt-detr', 'nemotron', 'florence', 'billing']);
    expect(total('flamegraph-rt-detr')).toBe(String(3 * SECOND));
    expect(total('flamegraph-billing')).toBe('7');
  });

  it('asks the four services, what there is, and the timeline: six requests', async () => {
    const fake = fourServices();
    await openView(fake);
    expect(fake.asked.map(({ method }) => method).sort()).toEqual([
      'SelectMergeStacktraces',
      'SelectMergeStacktraces',
      'SelectMergeStacktraces',
      'SelectMergeStacktraces',
      'SelectSeries',
      'Series',
    ]);
  });

  it('lists a service of the catalog that sends nothing, and says so', async () => {
    await openView(
      new FakePyroscope().push({ service: 'rt-detr', type: CPU, at: ago(9), stacks: 'a 1' }),
    );
    expect(total('flamegraph-florence')).toBe('0');
    expect(screen.getByTestId('flamegraph-florence')).toHaveTextContent(
      'Florence sent no CPU profiles in this range (Last 1 hour).',
    );
  });

  it('leaves waiting out of the CPU graph, says how much it was, and shows it on demand', async () => {
    const view = await openView(fourServices());
    expect(total('flamegraph-nemotron-backend')).toBe(String(4 * SECOND));
    fireEvent.click(screen.getByRole('button', { name: 'without (idle), 50.0%' }));
    await view.wait();
    expect(total('flamegraph-nemotron-backend')).toBe(String(8 * SECOND));
    expect(screen.getByTestId('profile-timeline')).toHaveTextContent('with (idle): Backend 50.0%');
  });

  it('asks again with the type that a service really sends', async () => {
    const fake = new FakePyroscope()
      .push({ service: 'nemotron-backend', type: WALL, at: ago(60), stacks: 'backendCpu' })
      .push({ service: 'rt-detr', type: CPU, at: ago(60), stacks: 'main 5' });
    await openView(fake);
    expect(Number(total('flamegraph-nemotron-backend'))).toBeGreaterThan(SECOND);
    expect(total('flamegraph-rt-detr')).toBe('5');
    const legend = within(screen.getByTestId('profile-timeline'));
    expect(legend.getByRole('button', { name: 'Backend' })).toBeVisible();
    expect(legend.getByRole('button', { name: 'RT-DETR' })).toBeVisible();
  });
});

describe('the pickers', () => {
  it('show one service with its table, and no models but for Backend', async () => {
    const view = await openView(fourServices());
    choose('Service', 'rt-detr');
    await view.wait();
    expect(search().get('service')).toBe('rt-detr');
    expect(graphs()).toEqual(['rt-detr']);
    expect(screen.getByTestId('top-table')).toHaveTextContent('suppress');

    choose('Service', 'nemotron-backend');
    await view.wait();
    expect(graphs()).toEqual(['nemotron-backend', 'model-clip-vit-l', 'model-yolo11-face']);
    expect(total('flamegraph-model-clip-vit-l')).toBe(String(2 * SECOND));
    expect(screen.getByLabelText('Model flame graphs')).toHaveTextContent(
      '25.0% of Backend belongs to no model.',
    );
  });

  it('show one model of Backend, also from an address without a service', async () => {
    const view = await openView(fourServices(), { search: '?model=yolo11-face' });
    expect(graphs()).toEqual(['model-yolo11-face', 'nemotron-backend']);
    choose('Model', 'clip-vit-l');
    await view.wait();
    expect(search().get('model')).toBe('clip-vit-l');
    expect(total('flamegraph-model-clip-vit-l')).toBe(String(2 * SECOND));
  });

  it('offer the other types that services send', async () => {
    const type = 'goroutines:goroutine:count:goroutine:count';
    const fake = fourServices()
      .push({ service: 'billing', type, at: ago(90), stacks: 'main;serve 10' })
      .push({ service: 'billing', type, at: ago(60), stacks: 'main;serve 30' });
    const view = await openView(fake);
    choose('Profile type', type);
    await view.wait();
    expect(search().get('type')).toBe(type);
    expect(total('flamegraph-billing')).toBe('20');
    expect(screen.getByTestId('flamegraph-billing')).toHaveTextContent('average of 2 snapshots');
  });
});

describe('memory', () => {
  const fake = () =>
    fourServices()
      .push({ service: 'nemotron-backend', type: MEMORY, at: ago(120), stacks: 'main;load 100' })
      .push({ service: 'nemotron-backend', type: MEMORY, at: ago(60), stacks: 'main;load 300' });
  const backend = () =>
    Response.json({
      models: [
        {
          name: 'clip-vit-l',
          category: 'embedding',
          vram_mb: 800,
          state: 'loaded',
          measured_memory_bytes: 3 * 1024 ** 2,
          loaded_at: NOW,
          runs: 1,
          in_use: 0,
        },
      ],
      budget: { limit_mb: 1000, used_mb: 800 },
      runtime: { name: 'onnxruntime' },
      cpu: { process_ms: 1, note: 'n' },
      memory_note: 'The heap profiler takes no labels.',
    });

  it('is the average of the snapshots in the range, and says so', async () => {
    await openView(fake(), { search: '?type=memory' });
    expect(total('flamegraph-nemotron-backend')).toBe('200');
    expect(screen.getByTestId('flamegraph-nemotron-backend')).toHaveTextContent(
      'average of 2 snapshots',
    );
  });

  it('of one model is what was measured at its load, with the reason', async () => {
    await openView(fake(), { search: '?type=memory&model=clip-vit-l', backend });
    const card = screen.getByTestId('flamegraph-model-clip-vit-l');
    expect(card).toHaveTextContent('The heap profiler takes no labels.');
    expect(card).toHaveTextContent('3 MiB');
  });

  it('of all models is a table under Backend', async () => {
    await openView(fake(), { search: '?type=memory&service=nemotron-backend', backend });
    expect(within(screen.getByTestId('model-memory')).getByText('clip-vit-l')).toBeVisible();
  });

  it('says when the backend does not answer', async () => {
    const view = await openView(fake(), { search: '?type=memory&model=clip-vit-l' });
    await view.wait(2_000);
    expect(screen.getByTestId('model-memory')).toHaveTextContent(
      'The backend did not say what it measured (status 404).',
    );
  });
});

describe('a service that nobody knows', () => {
  it('gets a sentence and ways out', async () => {
    const view = await openView(fourServices(), { search: '?service=nope' });
    expect(screen.getByTestId('unknown-service')).toHaveTextContent(
      'No service named “nope” sent profiles in this range (Last 1 hour).',
    );
    expect(graphs()).toEqual([]);
    fireEvent.click(screen.getByRole('button', { name: 'Show all services' }));
    await view.wait();
    expect(graphs()).toHaveLength(4);
  });

  it('is found by its name on a server that lists only older ones', async () => {
    const fake = fourServices().push({ service: 'fresh', type: CPU, at: ago(5), stacks: 'main 9' });
    fake.onlyByName = true;
    await openView(fake, { search: '?service=fresh', config: { profiles_source: 'external' } });
    expect(total('flamegraph-fresh')).toBe('9');
    expect(screen.queryByTestId('unknown-service')).not.toBeInTheDocument();
  });
});

describe('a real Pyroscope, which answers fresh data only by service name', () => {
  it('gets the same page', async () => {
    const fake = fourServices().push({
      service: 'nemotron-backend',
      type: MEMORY,
      at: ago(60),
      stacks: 'main 8',
    });
    fake.onlyByName = true;
    const view = await openView(fake, { config: { profiles_source: 'external' } });
    expect(total('flamegraph-florence')).toBe(String(6 * SECOND));
    const timeline = within(screen.getByTestId('profile-timeline'));
    for (const name of ['Backend', 'RT-DETR', 'Nemotron', 'Florence']) {
      expect(timeline.getByRole('button', { name })).toBeVisible();
    }
    choose('Service', 'nemotron-backend');
    await view.wait();
    expect(graphs()).toEqual(['nemotron-backend', 'model-clip-vit-l', 'model-yolo11-face']);
  });

  const onRealPyroscope = { config: { profiles_source: 'external' } } as const;

  it('is asked for one service at a time, whatever is chosen, but for the list of all', async () => {
    const fake = fourServices();
    fake.onlyByName = true;
    const view = await openView(fake, onRealPyroscope);
    fireEvent.click(screen.getByRole('button', { name: 'Filter' }));
    await view.wait();
    choose('Service', 'nemotron-backend');
    await view.wait();
    choose('Model', 'clip-vit-l');
    await view.wait();
    choose('Profile type', 'memory');
    await view.wait();
    await view.go('?service=rt-detr&spanId=00f067aa0ba902b7');
    const named = /service_name="[^"]+"/;
    const unnamed = fake.asked.filter(
      ({ labelSelector, matchers }) => !named.test(labelSelector ?? matchers?.join() ?? ''),
    );
    expect(new Set(unnamed.map(({ method }) => method))).toEqual(new Set(['Series']));
    expect(fake.asked.map(({ method }) => method)).toContain('SelectMergeSpanProfile');
    expect(
      fake.asked.every(({ method, spanSelector }) => !spanSelector || /Span/.test(method)),
    ).toBe(true);
  });

  it('lists the other services and the models from what its index knows', async () => {
    const fake = fourServices().push({ service: 'billing', type: CPU, at: ago(9), stacks: 'a 7' });
    fake.onlyByName = true;
    await openView(fake, onRealPyroscope);
    expect(graphs()).toEqual(['nemotron-backend', 'rt-detr', 'nemotron', 'florence', 'billing']);
    expect(within(screen.getByLabelText('Model')).getByText('clip-vit-l')).toBeInTheDocument();
  });

  it('suggests the labels of the services of the catalog for a filter', async () => {
    const fake = fourServices();
    fake.onlyByName = true;
    const view = await openView(fake, onRealPyroscope);
    fireEvent.click(screen.getByRole('button', { name: 'Filter' }));
    await view.wait();
    expect(document.querySelector('datalist option[value="model"]')).not.toBeNull();
  });

  it('says what to do when it refuses a range for its length', async () => {
    const fake = fourServices();
    Object.assign(fake, { onlyByName: true, longestRange: 24 * 3_600_000 });
    const view = await openView(fake, { ...onRealPyroscope, search: '?from=now-24h' });
    expect(total('flamegraph-florence')).toBe(String(6 * SECOND));
    const timeline = within(screen.getByTestId('profile-timeline'));
    expect(timeline.getByRole('button', { name: 'Florence' })).toBeVisible();
    await view.go('?from=now-7d');
    const refusal = /refuses a range this long.*raise max_query_length/;
    expect(screen.getByTestId('flamegraph-florence')).toHaveTextContent(refusal);
    expect(screen.getByTestId('profile-timeline')).toHaveTextContent(refusal);
  });
});

describe('a server that has nothing', () => {
  it('gets the way to a first profile, which appears by itself', async () => {
    const fake = new FakePyroscope();
    const view = await openView(fake, { config: { pyroscope_url: 'http://profiles.local:4040/' } });
    const empty = screen.getByTestId('profiles-empty');
    expect(empty).toHaveTextContent("serverAddress: 'http://profiles.local:4040'");
    fireEvent.click(within(empty).getByRole('button', { name: 'Go' }));
    expect(empty).toHaveTextContent('pyroscope.Start');
    fake.push({ service: 'rt-detr', type: CPU, at: NOW + 1_000, stacks: 'main 4' });
    await view.wait(6_000);
    expect(screen.queryByTestId('profiles-empty')).not.toBeInTheDocument();
    expect(total('flamegraph-rt-detr')).toBe('4');
  });
});

describe('a profile server that dies', () => {
  it('leaves what was there, says so, and is found again by itself', async () => {
    const fake = fourServices();
    const view = await openView(fake);
    fake.mode = 'away';
    await view.refresh();
    await view.wait(2_000);
    expect(screen.getByRole('alert')).toHaveTextContent(
      'The page cannot reach the server that it asks for profiles.',
    );
    expect(total('flamegraph-rt-detr')).toBe(String(3 * SECOND));
    expect(screen.getByTestId('flamegraph-rt-detr')).toHaveTextContent(/stale, data of/);

    fake.mode = 'up';
    fake.push({ service: 'rt-detr', type: CPU, at: ago(200), stacks: `main;suppress ${SECOND}` });
    await view.wait(4_000);
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
    expect(total('flamegraph-rt-detr')).toBe(String(4 * SECOND));
    expect(screen.getByTestId('flamegraph-rt-detr')).not.toHaveTextContent('stale');
  });

  it('before anything was there: a sentence in every place, and Retry', async () => {
    const fake = fourServices();
    fake.mode = 502;
    const view = await openView(fake);
    await view.wait(2_000);
    expect(screen.getByTestId('flamegraph-rt-detr')).toHaveTextContent(
      'The profile server does not answer',
    );
    fake.mode = 'up';
    fireEvent.click(screen.getByRole('button', { name: 'Retry now' }));
    await view.wait();
    expect(total('flamegraph-rt-detr')).toBe(String(3 * SECOND));
  });

  it('and one that is only slow is told apart after two seconds', async () => {
    const fake = fourServices();
    fake.mode = 'silent';
    const view = await openView(fake);
    expect(screen.queryByText(/is slow/)).not.toBeInTheDocument();
    await view.wait(2_000);
    expect(
      screen.getByText('The profile server is slow; still waiting for its answer.'),
    ).toBeVisible();
  });
});

it('leaves out the frames that the address names, and a chip takes that back', async () => {
  const view = await openView(fourServices(), { search: '?service=rt-detr&hide=text:suppress' });
  const graph = within(screen.getByTestId('flamegraph-rt-detr'));
  expect(graph.queryByRole('treeitem', { name: /suppress/ })).toBeNull();
  fireEvent.click(graph.getByRole('button', { name: /^Remove: without "suppress", 100/ }));
  await view.wait();
  expect(search().getAll('hide')).toEqual([]);
  expect(graph.getByRole('treeitem', { name: /main/ })).toBeTruthy();
});
