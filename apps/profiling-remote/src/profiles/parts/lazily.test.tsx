import { render, screen } from '@testing-library/react';
import { Suspense } from 'react';
import { expect, test, vi } from 'vitest';
import { idle, lazily } from './lazily.tsx';

test('a part whose code is there is shown', async () => {
  const Part = lazily<{ name: string }>(() => Promise.resolve(({ name }) => <p>part {name}</p>));
  render(
    <Suspense>
      <Part name="one" />
    </Suspense>,
  );
  expect(await screen.findByText('part one')).toBeVisible();
});

test('a part whose code cannot be loaded says so in its place', async () => {
  const Part = lazily(() => Promise.reject(new Error('chunk 7 is gone')));
  render(
    <Suspense>
      <Part />
    </Suspense>,
  );
  expect(await screen.findByRole('alert')).toHaveTextContent('This part could not be loaded.');
});

test('what can wait goes on when the browser is idle, also in one that cannot tell', async () => {
  await idle();
  const asked = vi.fn((done: () => void) => done());
  vi.stubGlobal('requestIdleCallback', asked);
  await idle();
  expect(asked).toHaveBeenCalledOnce();
  vi.unstubAllGlobals();
});
