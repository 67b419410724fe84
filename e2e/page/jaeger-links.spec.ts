import { readFileSync } from 'node:fs';
import {
  jaegerTrace,
  tagLinks,
  traceLinks,
  type LinkPattern,
  type OtlpTraces,
} from '../../tools/grafana/jaeger-links.ts';
import { expect, test } from '../support/test.ts';

const json = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
const { linkPatterns } = json('monitoring/jaeger/ui.json') as { linkPatterns: LinkPattern[] };
/** Recorded from our backend while it loaded a model. */
const trace = jaegerTrace(json('tools/grafana/fixtures/backend-trace.otlp.json') as OtlpTraces);

/** The link as Jaeger shows it, for the origin under test. */
function here(link: { readonly url: string } | undefined, origin: string): string {
  const { pathname, search } = new URL(link?.url ?? 'http://jaeger.test/no-link');
  return origin + pathname + search;
}

test('a span in Jaeger leads to its profile on the page', async ({ page, origin }) => {
  const span = trace.spans.find(({ parent }) => parent === undefined);
  if (!span) throw new Error('The recorded trace has no first span.');
  const [link] = tagLinks(linkPatterns, trace, span, 'pyroscope.profile.id');
  await page.goto(here(link, origin));
  await expect(page.getByTestId('pyroscope-page')).toContainText(span.spanID);
  await expect(page.getByTestId('pyroscope-page')).toContainText('Backend');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a trace in Jaeger leads to the profiles of its time', async ({ page, origin }) => {
  const [link] = traceLinks(linkPatterns, trace);
  await page.goto(here(link, origin));
  await expect(page.getByTestId('pyroscope-page')).toContainText(/trace/iu);
  await expect(page.getByTestId('profile-timeline')).toBeVisible();
});
