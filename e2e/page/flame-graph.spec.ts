import { type Locator, type Page } from '@playwright/test';
import { answerProfiles, type Frame } from '../support/fake-profiles.ts';
import { expect, test } from '../support/test.ts';

/** One second of work: `layout` is 30% of it, what begins with `re` or `pa` another 30%. */
const WORK: readonly Frame[] = [
  {
    name: './app.mjs:main:1',
    callees: [
      {
        name: './app.mjs:serve:10',
        callees: [
          { name: 'node:internal/url:parse:20', self: 200 },
          {
            name: './view.mjs:render:30',
            self: 100,
            callees: [{ name: './view.mjs:layout:40', self: 300 }],
          },
        ],
      },
      { name: './store.mjs:tidy:50', self: 400 },
    ],
  },
];
const SECOND = '1000000000';

test.afterEach(({ reports }) => {
  expect(reports).toEqual([]);
});

/** Opens the page on fixed data, and resolves when the service's flame graph is painted. */
async function openFixed(page: Page, address: string, service = 'rt-detr'): Promise<Locator> {
  await answerProfiles(page, {
    services: ['nemotron-backend', 'rt-detr', 'nemotron', 'florence'],
    frames: (_, rangeMs) => (rangeMs < 600_000 ? [{ name: './app.mjs:step:1', self: 250 }] : WORK),
  });
  await page.goto(address);
  const graph = page.getByTestId(`flamegraph-${service}`);
  await expect(graph.locator('canvas')).toBeVisible();
  return graph;
}

interface Spot {
  readonly x: number;
  readonly y: number;
}

/** The middle of the frame's bar: rows are 20 pixels high, `share` is how far along it is. */
async function clickBar(graph: Locator, row: number, share: number, button?: 'right') {
  const canvas = graph.locator('canvas');
  const { width } = (await canvas.boundingBox())!;
  const position = { x: width * share, y: row * 20 + 10 };
  await canvas.click({ position, ...(button === undefined ? {} : { button }) });
}

const parameters = (page: Page, name: string) => new URL(page.url()).searchParams.getAll(name);

test.describe('filters', () => {
  test('suggest what the server knows, and every rule stands in the address', async ({
    page,
    origin,
  }) => {
    await page.goto(`${origin}/pyroscope?service=rt-detr`);
    const graph = page.getByTestId('flamegraph-rt-detr');
    await expect(graph).toHaveAttribute('data-total', /^[1-9]/);
    const bar = page.getByRole('group', { name: 'Label filters' });

    await bar.getByRole('button', { name: 'Filter' }).click();
    await expect(bar.locator('option[value="environment"]')).toBeAttached();
    await bar.getByLabel('Label', { exact: true }).fill('environment');
    await expect(bar.locator('option[value="e2e"]')).toBeAttached();
    await bar.getByLabel('Value').fill('e2e');
    await bar.getByRole('button', { name: 'Apply' }).click();
    await expect(page).toHaveURL(/filter=environment/);
    expect(parameters(page, 'filter')).toEqual(['environment|=|e2e']);
    await expect(graph).toHaveAttribute('data-total', /^[1-9]/);

    for (const [rule, value, written, isThere] of [
      ['!=', 'e2e', 'environment|!=|e2e', false],
      ['=~', 'e.e', 'environment|=~|e.e', true],
      ['!~', 'e.*', 'environment|!~|e.*', false],
      ['is not empty', undefined, 'environment|!=|', true],
      ['is empty', undefined, 'environment|=|', false],
    ] as const) {
      await bar.getByRole('button', { name: /^environment/ }).click();
      await bar.getByLabel('Rule').selectOption(rule);
      if (value !== undefined) await bar.getByLabel('Value').fill(value);
      await bar.getByRole('button', { name: 'Apply' }).click();
      await expect.poll(() => parameters(page, 'filter')).toEqual([written]);
      await expect(graph).toHaveAttribute('data-total', isThere ? /^[1-9]/ : '0');
    }
    await expect(graph).toContainText('that fit the filters');

    await page.reload();
    await bar.getByRole('button', { name: 'Remove the filter environment is empty' }).click();
    await expect(page).not.toHaveURL(/filter=/);
    await expect(graph).toHaveAttribute('data-total', /^[1-9]/);
  });
});

test.describe('time', () => {
  test('a click on the timeline shows that step, and there is a way back', async ({
    page,
    origin,
  }) => {
    const graph = await openFixed(page, `${origin}/pyroscope`);
    await expect(graph).toHaveAttribute('data-total', SECOND);
    const plot = page.getByTestId('profile-timeline').locator('.u-over');
    await plot.click();
    await expect(page).toHaveURL(/from=\d{13}&to=\d{13}/);
    await expect(graph).toHaveAttribute('data-total', '250000000');
    await page.getByRole('button', { name: /^Back to/ }).click();
    await expect(page).not.toHaveURL(/from=\d{13}/);
    await expect(graph).toHaveAttribute('data-total', SECOND);
  });

  test('renews itself as often as chosen, and not while it is off', async ({ page, origin }) => {
    await page.clock.install();
    const asked = await answerProfiles(page, { services: ['rt-detr'], frames: () => WORK });
    await page.goto(`${origin}/pyroscope?service=rt-detr`);
    await expect(page.getByTestId('flamegraph-rt-detr').locator('canvas')).toBeVisible();
    const picker = page.getByLabel('Auto refresh');
    await picker.selectOption('1 min');
    let before = asked.graphs;
    await page.clock.fastForward('01:01');
    await expect.poll(() => asked.graphs).toBeGreaterThan(before);

    await picker.selectOption('Off');
    await page.reload();
    await expect(page.getByTestId('flamegraph-rt-detr').locator('canvas')).toBeVisible();
    await expect(picker).toHaveValue('Off');
    before = asked.graphs;
    await page.clock.fastForward('10:00');
    // A refresh by hand is the only one of these ten minutes.
    await page.getByTestId('pyroscope-refresh-button').click();
    await expect.poll(() => asked.graphs).toBeGreaterThan(before);
    await expect(page.getByTestId('pyroscope-refresh-button')).toBeEnabled();
    expect(asked.graphs).toBe(before + 1);
  });

  test('a range of fixed times has nothing to renew', async ({ page, origin }) => {
    await page.goto(`${origin}/pyroscope?from=2026-01-01T00:00:00Z&to=2026-01-01T01:00:00Z`);
    await expect(page.getByLabel('Auto refresh')).toBeDisabled();
  });

  test('an empty range says so, for every service', async ({ page, origin }) => {
    await page.goto(
      `${origin}/pyroscope?service=rt-detr&from=2020-01-01T00:00:00Z&to=2020-01-01T01:00:00Z`,
    );
    const graph = page.getByTestId('flamegraph-rt-detr');
    await expect(graph).toHaveAttribute('data-total', '0');
    await expect(graph).toContainText('sent no CPU profiles in this range');
  });
});

test.describe('the flame graph', () => {
  test('inverts, shows a sandwich and leaves frames out; a chip takes each back', async ({
    page,
    origin,
  }) => {
    const graph = await openFixed(page, `${origin}/pyroscope?service=rt-detr`);
    const chip = (name: RegExp) => graph.getByRole('button', { name });
    await graph.getByRole('tree').focus();
    await page.keyboard.press('i');
    await chip(/^Remove: Invert/).click();
    await expect(chip(/^Remove: /)).toHaveCount(0);

    await graph.getByRole('tree').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('s');
    await chip(/^Remove: Sandwich: layout/).click();

    await clickBar(graph, 4, 0.45, 'right');
    await page.getByRole('menuitem', { name: 'Hide this function' }).click();
    await expect(chip(/^Remove: without layout, 30/)).toBeVisible();
    expect(parameters(page, 'hide')).toEqual(['name:./view.mjs:layout:40']);
    await graph.getByRole('button', { name: /^View options/ }).click();
    await page.getByLabel('Node internals').check();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.reload();
    await expect(chip(/^Remove: without Node internals, 20/)).toBeVisible();
    await chip(/^Remove: without layout/).click();
    await expect.poll(() => parameters(page, 'hide')).toEqual(['node']);
    await chip(/^Remove: without Node internals/).click();
    await expect(page).not.toHaveURL(/hide=/);
  });

  test('copies name, stack and link of a frame', async ({ page, context, origin }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const graph = await openFixed(page, `${origin}/pyroscope?service=rt-detr`);
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    for (const [item, text] of [
      ['Copy name', './view.mjs:render:30'],
      ['Copy stack trace', './app.mjs:main:1\n./app.mjs:serve:10\n./view.mjs:render:30'],
      ['Copy link', /&from=\d{13}&to=\d{13}&focus=.*main.*&focus=.*serve.*&focus=.*render/],
    ] as const) {
      await clickBar(graph, 3, 0.4, 'right');
      await page.getByRole('menuitem', { name: item }).click();
      await expect.poll(copied).toMatch(text);
    }
    // The whole view, frame filters and shape too, at the same time.
    await graph.getByRole('tree').focus();
    for (const key of ['r', 'ArrowUp', 'l']) await page.keyboard.press(key);
    await expect.poll(copied).toContain('shape=recursion');
    await page.goto(await copied());
    await expect(graph.getByRole('button', { name: /^Remove: Collapse recursion/ })).toBeVisible();
    await expect(graph.getByRole('navigation', { name: 'Focus' })).toContainText('serve');
  });

  test('names too long for an address and frames of a deep recursion are found by a link', async ({
    page,
    origin,
  }) => {
    const template = `std::function<${'std::pair<int, long>, '.repeat(100)}void>`;
    let walk: Frame = { name: template, self: 100 };
    for (let depth = 0; depth < 1_000; depth++) walk = { name: 'walk', callees: [walk] };
    await answerProfiles(page, { services: ['rt-detr'], frames: () => [walk] });
    await page.goto(`${origin}/pyroscope?service=rt-detr`);
    const graph = page.getByTestId('flamegraph-rt-detr');
    await graph.getByRole('tree').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('f');
    await expect(graph.getByRole('status')).toContainText('matches 100.0% of total');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/focus=/);
    expect(page.url().length).toBeLessThan(400);
    await page.reload();
    await expect(graph.getByRole('navigation', { name: 'Focus' })).toContainText('std::function');
    await expect(graph.getByRole('status')).toContainText('matches 100.0% of total');
    const row = page.getByTestId('top-table').getByRole('button', { pressed: true });
    await expect(row).toContainText('std::function');
    // What the link is about is in sight, a thousand rows down.
    const scrolled = await graph.getByRole('tree').evaluate((tree) => tree.scrollTop);
    expect(scrolled).toBeGreaterThan(19_000);
  });

  test('searches by a pattern, steps through the matches and tells their share', async ({
    page,
    origin,
  }) => {
    const graph = await openFixed(page, `${origin}/pyroscope?service=rt-detr`);
    const status = graph.getByRole('status');
    await graph.getByLabel('Search functions').fill(':(render|parse|layout):');
    await expect(status).toHaveText('no function matches');
    await graph.getByRole('button', { name: 'Regular expression' }).click();
    await expect(page).toHaveURL(/[?&]q=%2F/);
    // `layout` is below `render` and counts once.
    await expect(status).toContainText('matches 60.0% of total');
    await graph.getByRole('button', { name: 'Next match' }).click();
    await expect(status).toContainText('1 of 3: ');
    await graph.getByRole('button', { name: 'Next match' }).click();
    await expect(status).toContainText('2 of 3: ');
    await graph.getByRole('button', { name: 'Previous match' }).click();
    await expect(status).toContainText('1 of 3: ');
    await graph.getByLabel('Search functions').fill('');
    await graph.getByRole('button', { name: 'Regular expression' }).click();
    await graph.getByRole('button', { name: 'Regular expression' }).click();
    await graph.getByRole('button', { name: 'Regular expression' }).click();
    await page.keyboard.type('^./v.*:(render|layout)');
    await expect(status).toContainText('matches 40.0% of total');
    await expect(graph.getByLabel('Search functions')).toHaveValue('/^./v.*:(render|layout)/');
    await graph.getByLabel('Search functions').fill('/:(render/');
    await expect(graph.getByLabel('Search functions')).toHaveAttribute('aria-invalid', 'true');
  });

  test('a row of the table marks its frames, and the columns sort', async ({ page, origin }) => {
    const graph = await openFixed(page, `${origin}/pyroscope?service=rt-detr`);
    const table = page.getByTestId('top-table');
    const first = table.getByRole('row').nth(1);
    await expect(first).toContainText('tidy');
    await table.getByRole('button', { name: 'Total' }).click();
    await expect(first).toContainText('main');
    const render = table.getByRole('button', { name: /^render/ });
    await render.click();
    await expect(render).toHaveAttribute('aria-pressed', 'true');
    await expect(graph.getByRole('status')).toContainText('matches 40.0% of total');
    expect(parameters(page, 'q')).toEqual(['"./view.mjs:render:30"']);
    await render.click();
    await expect(page).not.toHaveURL(/[?&]q=/);

    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('s');
    await expect(graph.getByRole('button', { name: /^Remove: Sandwich: serve/ })).toBeVisible();
    expect(parameters(page, 'sandwich')).toEqual(['./app.mjs:serve:10']);
  });
});

test('a graph fills its place again when that changes', async ({ page, origin }) => {
  const canvas = (await openFixed(page, `${origin}/pyroscope`)).locator('canvas');
  const widths = () =>
    canvas.evaluate((element: HTMLCanvasElement) => ({
      painted: element.width / window.devicePixelRatio,
      place: element.parentElement?.clientWidth,
    }));
  const isFilled = () => widths().then(({ painted, place }) => painted === place);
  const before = await widths();
  expect(before.painted).toBe(before.place);
  await page.setViewportSize({ width: 900, height: 720 });
  await expect.poll(async () => (await widths()).place).not.toBe(before.place);
  await expect.poll(isFilled).toBe(true);
});

test('a slow server is said, and no longer once it has answered', async ({ page, origin }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/SelectMergeStacktraces', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${origin}/pyroscope?service=rt-detr`);
  const notice = page.getByText('The profile server is slow; still waiting for its answer.');
  await expect(notice).toBeVisible();
  release();
  await expect(page.getByTestId('flamegraph-rt-detr')).toHaveAttribute('data-total', /^[1-9]/);
  await expect(notice).toBeHidden();
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 } });

  for (const search of ['', '?service=rt-detr', '?service=nemotron-backend&type=memory']) {
    test(`nothing is wider than the screen: ${search || 'all services'}`, async ({
      page,
      origin,
    }) => {
      await page.goto(`${origin}/pyroscope${search}`);
      await expect(page.locator('[data-testid^="flamegraph-"] canvas').first()).toBeVisible();
      await expectNoOverflow(page);
      // A graph that takes its placeholder's place while it is scrolled to would not stay in sight.
      await expect(page.locator('[data-testid^="flamegraph-"]:not([data-total])')).toHaveCount(0);
      const last = page.locator('[data-testid^="flamegraph-"]').last();
      await last.evaluate((element) => element.scrollIntoView());
      await expect(last).toBeInViewport();
      await expectNoOverflow(page);
    });
  }
});

test('a pattern that could run for ever comes to an end', async ({ page, origin }) => {
  const query = encodeURIComponent(String.raw`/^(\w|\W)*[!y]:5/`);
  const graph = await openFixed(page, `${origin}/pyroscope?service=rt-detr&range=1h&q=${query}`);
  await expect(graph.getByRole('status')).toContainText('matches 40.0% of total');
});

test.describe('under fingers', () => {
  test.use({ viewport: { width: 390, height: 700 }, hasTouch: true, isMobile: true });

  /** Fingers that go from one place to another, all at once, as a touch screen reports it. */
  async function fingers(page: Page, from: readonly Spot[], to: readonly Spot[]): Promise<void> {
    const screen = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', share: number) =>
      screen.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: from.map(({ x, y }, id) => ({
          id,
          x: x + (to[id]!.x - x) * share,
          y: y + (to[id]!.y - y) * share,
        })),
      });
    await touch('touchStart', 0);
    for (let step = 1; step <= 10; step++) await touch('touchMove', step / 10);
    await screen.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await screen.detach();
  }

  test('a graph lets the page scroll, and two fingers zoom the graph alone', async ({
    page,
    origin,
  }) => {
    const graph = await openFixed(page, `${origin}/pyroscope?service=rt-detr&range=1h`);
    await graph.evaluate((element) => element.scrollIntoView({ block: 'center' }));
    const box = (await graph.locator('canvas').boundingBox())!;
    const x = box.x + box.width / 2;
    const y = box.y + box.height / 2;
    const top = async () => (await graph.boundingBox())!.y;
    const before = await top();
    await fingers(page, [{ x, y }], [{ x, y: y + 120 }]);
    await expect.poll(top).toBeGreaterThan(before + 50);
    expect(page.url()).not.toContain('focus=');

    await graph.evaluate((element) => element.scrollIntoView({ block: 'center' }));
    await fingers(
      page,
      [
        { x, y: y - 20 },
        { x, y: y + 20 },
      ],
      [
        { x, y: y - 60 },
        { x, y: y + 60 },
      ],
    );
    await expect(graph.getByRole('button', { name: 'Reset zoom' })).toBeVisible();
    expect(await page.evaluate(() => window.visualViewport!.scale)).toBe(1);
  });
});

test.describe('what nobody expected', () => {
  const NAMES = [
    'a-service-whose-name-is-much-longer-than-anybody-would-think-'.repeat(4),
    'خدمة-الكشف',
    'שירות',
    'camera 📷 front',
  ];

  test('names that are long, from right to left, or emoji', async ({ page, origin }) => {
    const frames = NAMES.map((name) => ({ name: `${name} (file.py:1)`, self: 100 }));
    await answerProfiles(page, { services: NAMES, frames: () => frames });
    await page.goto(`${origin}/pyroscope`);
    for (const name of NAMES) {
      const graph = page.getByTestId(`flamegraph-${name}`);
      await expect(graph).toHaveAttribute('data-total', '400000000');
      await expect(graph.getByRole('heading', { name })).toBeVisible();
    }
    await expectNoOverflow(page);
    const arabic = page.getByTestId(`flamegraph-${NAMES[1]}`);
    await arabic.getByRole('button', { name: `Only ${NAMES[1]}` }).click();
    await expect.poll(() => parameters(page, 'service')).toEqual([NAMES[1]]);
    await expect(page.getByTestId('top-table')).toContainText('camera 📷 front');
    await expectNoOverflow(page);
  });

  test('200 services are all there, and asked for as one comes to them', async ({
    page,
    origin,
  }) => {
    const services = Array.from({ length: 200 }, (_, index) => `service-${index + 100}`);
    const asked = await answerProfiles(page, { services, frames: () => WORK });
    await page.goto(`${origin}/pyroscope`);
    await expect(page.getByTestId('flamegraph-service-100')).toHaveAttribute('data-total', SECOND);
    await expect(page.getByTestId(/^flamegraph-service-/)).toHaveCount(200);
    expect(asked.graphs).toBeLessThan(100);
    const last = page.getByTestId('flamegraph-service-299');
    await last.evaluate((element) => element.scrollIntoView());
    await expect(last).toHaveAttribute('data-total', SECOND);
    await expectNoOverflow(page);
  });
});

test.describe('how it looks', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } });

  test('is as it was, plain and searched', async ({ page, origin, standalone }) => {
    test.skip(standalone, 'The same code draws it.');
    test.skip(process.platform !== 'linux', 'The pictures were made with the fonts of CI.');
    const graph = await openFixed(page, `${origin}/pyroscope?service=rt-detr`);
    await expectRows(page, graph, 'flame-graph.png');
    await graph.getByLabel('Search functions').fill('render');
    await expect(graph.getByRole('status')).toContainText('matches 40.0% of total');
    await expectRows(page, graph, 'flame-graph-searched.png');
  });
});

/** The five rows of {@link WORK} look as in the picture. */
async function expectRows(page: Page, graph: Locator, picture: string): Promise<void> {
  const { x, y, width } = (await graph.getByRole('tree').boundingBox())!;
  const clip = { x, y, width, height: 100 };
  // Fonts differ a little between builds of the browser; a bar in another colour is much more.
  await expect(page).toHaveScreenshot(picture, { clip, maxDiffPixelRatio: 0.05 });
}

/** Neither the document nor the page inside the host can be scrolled sideways. */
async function expectNoOverflow(page: Page): Promise<void> {
  const wider = await page.getByTestId('pyroscope-page').evaluate((element) => {
    const found: string[] = [];
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      if (at.scrollWidth > at.clientWidth) found.push(`${at.tagName} ${at.scrollWidth}`);
    }
    return found;
  });
  expect(wider).toEqual([]);
}
