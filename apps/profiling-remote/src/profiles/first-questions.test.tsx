import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import { FakePyroscope } from '../testing/fake-pyroscope.ts';
import { NOW, openView } from '../testing/view-on-pyroscope.tsx';
import { DEFAULT_PAGE_STATE, type PageState } from '../state/page-state.ts';
import { askFirst, firstMoment } from './first-questions.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';

function server(): FakePyroscope {
  const fake = new FakePyroscope();
  for (const service of ['nemotron-backend', 'rt-detr', 'nemotron', 'florence']) {
    fake.push({ service, type: CPU, at: NOW - 60_000, labels: { model: 'a' }, stacks: 'main 1' });
  }
  return fake;
}

function ask(fake: FakePyroscope, state: Partial<PageState> = {}): QueryClient {
  const queries = new QueryClient();
  const context = { profilesUrl: '/profiles', fetch: fake.fetch, tenant: undefined };
  void askFirst(queries, context, { ...DEFAULT_PAGE_STATE, ...state }, NOW);
  return queries;
}

describe('questions that are asked before the view is there', () => {
  it('are the four graphs and what there is, which the view then does not ask again', async () => {
    const fake = server();
    const queries = ask(fake);
    expect(fake.asked.map(({ method }) => method).sort()).toEqual([
      'SelectMergeStacktraces',
      'SelectMergeStacktraces',
      'SelectMergeStacktraces',
      'SelectMergeStacktraces',
      'Series',
    ]);
    await openView(fake, { queries });
    expect(fake.asked.slice(5).map(({ method }) => method)).toEqual(['SelectSeries']);
  });

  it('are those of the chosen service and model', async () => {
    const fake = server();
    const queries = ask(fake, { model: 'a' });
    expect(fake.count('SelectMergeStacktraces')).toBe(2);
    await openView(fake, { queries, search: '?model=a' });
    expect(fake.count('SelectMergeStacktraces')).toBe(2);
  });

  it('are asked anew when the view comes much later', () => {
    const queries = ask(server());
    expect(firstMoment(queries, NOW + 5_000)).toBe(NOW);
    expect(firstMoment(queries, NOW + 15_000)).toBeUndefined();
  });
});
