import { expect, test } from '../support/test.ts';

/**
 * Every copy of react-dom marks the elements that it renders with a key of its own:
 * `__reactFiber$…`, `__reactContainer$…` for roots.
 */
function reactsOnThePage(): { copies: string[]; roots: number } {
  const copies = new Set<string>();
  let roots = 0;
  for (const element of document.querySelectorAll('*')) {
    for (const key of Object.keys(element)) {
      const [, kind, copy] = /^__react(Fiber|Container)\$(.+)$/.exec(key) ?? [];
      if (copy !== undefined) copies.add(copy);
      if (kind === 'Container') roots += 1;
    }
  }
  return { copies: [...copies], roots };
}

test('the host and the remote share one React', async ({ page, origin }) => {
  const scripts: string[] = [];
  page.on('request', (request) => {
    if (request.resourceType() === 'script') scripts.push(new URL(request.url()).pathname);
  });
  await page.goto(`${origin}/pyroscope?service=rt-detr`);
  await expect(page.getByTestId('flamegraph-rt-detr')).toHaveAttribute('data-total', /^[1-9]/);

  const { copies, roots } = await page.evaluate(reactsOnThePage);
  expect(roots).toBeGreaterThanOrEqual(2);
  expect(copies).toHaveLength(1);
  // The remote has a React of its own for hosts without one; here nobody asks for it.
  expect(scripts.some((path) => path.startsWith('/remotes/profiling/'))).toBe(true);
  expect(scripts.filter((path) => /_react(?:-dom)?_/.test(path))).toEqual([]);
});
