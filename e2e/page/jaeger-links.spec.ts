import { readFileSync } from 'node:fs';
import { pushSpan } from '../grafana/profiles.ts';
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
const PROFILE_ID = 'pyroscope.profile.id';

/** Recorded from our backend while it loaded a model; as if that had been a minute ago. */
function recordedTrace() {
  const recorded = jaegerTrace(
    json('tools/grafana/fixtures/backend-trace.otlp.json') as OtlpTraces,
  );
  const later = (Date.now() - 60_000) * 1_000 - recorded.startTime;
  const moved = { ...recorded, startTime: recorded.startTime + later };
  const found = recorded.spans.find(({ tags }) => tags.some(({ key }) => key === PROFILE_ID));
  if (!found) throw new Error(`No span of the recorded trace has ${PROFILE_ID}.`);
  return { trace: moved, span: { ...found, startTime: found.startTime + later } };
}

/** The link as Jaeger shows it, for the origin under test. */
function here(link: { readonly url: string } | undefined, origin: string): string {
  const { pathname, search } = new URL(link?.url ?? 'http://jaeger.test/no-link');
  return origin + pathname + search;
}

test('a span in Jaeger leads to its profile on the page', async ({
  page,
  origin,
  profileServer,
}) => {
  const { trace, span } = recordedTrace();
  await pushSpan(profileServer, 'nemotron-backend', span.startTime / 1_000, span.spanID);
  const [link] = tagLinks(linkPatterns, trace, span, PROFILE_ID);
  await page.goto(here(link, origin));
  await expect(page.getByTestId('span-panel')).toContainText(span.spanID);
  await expect(page.getByTestId('span-panel')).toContainText('Backend, this span only');
  await expect(page.getByTestId('flamegraph-span-nemotron-backend')).toHaveAttribute(
    'data-total',
    /[1-9]/u,
  );
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('a trace in Jaeger leads to the profiles of its time', async ({ page, origin }) => {
  const [link] = traceLinks(linkPatterns, recordedTrace().trace);
  await page.goto(here(link, origin));
  await expect(page.getByTestId('pyroscope-page')).toContainText(/trace/iu);
  await expect(page.getByTestId('profile-timeline')).toBeVisible();
});
