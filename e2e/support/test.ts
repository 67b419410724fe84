import { test as base, type Page } from '@playwright/test';

interface Addresses {
  /** Origin under test: the gateway with its host, or the remote's own dev server. */
  readonly origin: string;
  /** The same with a Grafana behind it. */
  readonly originWithGrafana: string;
  /** The embedded profile server itself. */
  readonly profileServer: string;
  readonly standalone: boolean;
}

/** The test function of this suite: addresses, and a page on which nothing may go wrong unseen. */
export const test = base.extend<Addresses & { readonly reports: string[] }>({
  standalone: async ({}, use, info) => use(info.project.metadata['standalone'] === true),
  origin: async ({ standalone }, use) =>
    use(required(standalone ? 'E2E_STANDALONE_URL' : 'E2E_URL')),
  originWithGrafana: async ({ standalone }, use) =>
    use(required(standalone ? 'E2E_STANDALONE_GRAFANA_URL' : 'E2E_GRAFANA_STACK_URL')),
  profileServer: async ({}, use) => use(required('E2E_PROFILES_URL')),
  reports: async ({ page }, use) => use(collectReports(page)),
});

export { expect } from '@playwright/test';

/** Violations of the Content-Security-Policy and errors that no code caught. */
function collectReports(page: Page): string[] {
  const reports: string[] = [];
  page.on('pageerror', (error) => reports.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (/Content.Security.Policy/i.test(message.text())) reports.push(message.text());
  });
  return reports;
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this suite with npm run e2e.`);
  return value;
}

/** The root's total of every flame graph on the page, by test id. */
export async function totals(page: Page): Promise<Record<string, number>> {
  const graphs = page.locator('[data-testid^="flamegraph-"][data-total]');
  const pairs = await graphs.evaluateAll((elements) =>
    elements.map((element) => [
      element.getAttribute('data-testid') ?? '',
      Number(element.getAttribute('data-total')),
    ]),
  );
  return Object.fromEntries(pairs) as Record<string, number>;
}
