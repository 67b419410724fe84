import { render, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { idle, lazily } from './lazily.tsx';

const Name = ({ name }: { readonly name: string }) => <p>part {name}</p>;

test('a part is shown when its code is there, with something in its place until then', async () => {
  const Part = lazily(() => Promise.resolve(Name), <p>soon</p>);
  render(<Part name="one" />);
  expect(screen.getByText('soon')).toBeVisible();
  expect(await screen.findByText('part one')).toBeVisible();
});

test('a part that was loaded before is shown at once, and loaded once', async () => {
  const load = vi.fn(() => Promise.resolve(Name));
  const Part = lazily(load);
  Part.preload();
  await Promise.resolve();
  render(<Part name="two" />);
  expect(screen.getByText('part two')).toBeVisible();
  expect(load).toHaveBeenCalledOnce();
});

test('a part whose code cannot be loaded says so in its place, and is loaded the next time', async () => {
  const load = vi.fn(() => Promise.resolve(Name)).mockRejectedValueOnce(new Error('gone'));
  const Part = lazily(load);
  const { unmount } = render(<Part name="three" />);
  expect(await screen.findByRole('alert')).toHaveTextContent('This part could not be loaded.');
  unmount();
  render(<Part name="three" />);
  expect(await screen.findByText('part three')).toBeVisible();
});

test('what can wait goes on when the browser is idle, also in one that cannot tell', async () => {
  await idle();
  const asked = vi.fn((done: () => void) => done());
  vi.stubGlobal('requestIdleCallback', asked);
  await idle();
  expect(asked).toHaveBeenCalledOnce();
  vi.unstubAllGlobals();
});
