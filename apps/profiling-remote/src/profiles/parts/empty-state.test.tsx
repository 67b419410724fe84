import { fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { FakePyroscope } from '../../testing/fake-pyroscope.ts';
import { NOW, openView } from '../../testing/view-on-pyroscope.tsx';
import { snippets } from '../model/snippets.ts';

const HOUR = 3_600_000;
const empty = () => screen.queryByTestId('profiles-empty');
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));
const search = () => new URLSearchParams(window.location.search);

describe('copying a snippet', () => {
  it('puts a whole file on the clipboard, or says that the browser refused', async () => {
    const writeText = vi
      .fn()
      .mockResolvedValueOnce(undefined)
      .mockRejectedValueOnce(new Error('no'));
    vi.stubGlobal('navigator', Object.assign(navigator, { clipboard: { writeText } }));
    const view = await openView(new FakePyroscope());
    press('Copy');
    await view.wait();
    expect(screen.getByRole('button', { name: 'Copied' })).toBeVisible();
    expect(writeText).toHaveBeenCalledWith(snippets('http://localhost:4040')[0]?.code);
    press('Copied');
    await view.wait();
    expect(screen.getByText(/refused to copy/)).toBeVisible();
  });

  it('says so where the page has no clipboard, as without TLS', async () => {
    vi.stubGlobal('navigator', Object.assign(navigator, { clipboard: undefined }));
    const view = await openView(new FakePyroscope());
    press('Copy');
    await view.wait();
    expect(screen.getByText(/refused to copy/)).toBeVisible();
  });
});

describe('a range without profiles', () => {
  it('that is over offers other ranges, not a first profile', async () => {
    const view = await openView(new FakePyroscope(), {
      search: `?from=${NOW - 9 * HOUR}&to=${NOW - 8 * HOUR}`,
    });
    expect(empty()).toHaveTextContent('What services send now will not appear in this range.');
    expect(within(empty()!).queryByRole('button', { name: 'Copy' })).not.toBeInTheDocument();
    press('Look at the last hour');
    await view.wait();
    expect(search().get('from')).toBeNull();
    expect(within(empty()!).getByRole('button', { name: 'Copy' })).toBeVisible();
  });

  it('in the future says that it has not begun', async () => {
    await openView(new FakePyroscope(), { search: `?from=${NOW + HOUR}&to=${NOW + 2 * HOUR}` });
    expect(empty()).toHaveTextContent('This range has not begun yet.');
  });
});

describe('a real Pyroscope', () => {
  const config = { profiles_source: 'external' } as const;

  it('that has nothing gets the way to a first profile too', async () => {
    await openView(new FakePyroscope(), { config });
    expect(empty()).toHaveTextContent('To send a first profile');
  });

  it('that lists nothing and yet answers by name is not called empty', async () => {
    const fake = new FakePyroscope().push({
      service: 'rt-detr',
      type: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
      at: NOW - 60_000,
      stacks: 'main 5',
    });
    const { fetch } = fake;
    const listsNothing: typeof fetch = async (input, init) =>
      String(input).endsWith('/Series') ? Response.json({ labelsSet: [] }) : fetch(input, init);
    Object.assign(fake, { fetch: listsNothing });
    await openView(fake, { config });
    expect(screen.getByTestId('flamegraph-rt-detr').dataset['total']).toBe('5');
    expect(empty()).not.toBeInTheDocument();
  });
});
