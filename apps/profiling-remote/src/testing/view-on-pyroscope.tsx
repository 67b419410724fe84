import './match-media.ts';
import { type ConfigResponse } from '@hsi/backend-api';
import { PyroscopeClient } from '@hsi/pyroscope-api';
import { defaultMountContext } from '@hsi/remote-contract';
import { installDrawLog } from '@hsi/test-kit';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, render } from '@testing-library/react';
import { onTestFinished, vi } from 'vitest';
import { PageServicesProvider } from '../page/page-services.tsx';
import { ProfilesView } from '../profiles/profiles-view.tsx';
// Loaded before the clock stands still.
import '../profiles/parts/rare-parts.ts';
import '../profiles/parts/service-detail.tsx';
import '../profiles/timeline/timeline-chart.tsx';
import { type FakePyroscope } from './fake-pyroscope.ts';
import { fakeAbortTimeouts } from './page-on-servers.tsx';

/** The time of day at which every view is opened. */
export const NOW = Date.UTC(2026, 10, 23, 12, 0, 0);

const realImmediate = setImmediate;
const SETTLED_MS = 80;

export interface OpenView {
  /** Lets the time pass, and everything that is due happen. */
  wait(milliseconds?: number): Promise<void>;
  /** Presses the page's Refresh. */
  refresh(): Promise<void>;
  /** Puts the page at another address, as the host's router or the browser's buttons do. */
  go(search: string): Promise<void>;
  readonly queries: QueryClient;
}

export interface ViewOptions {
  readonly search?: string;
  readonly config?: Partial<ConfigResponse>;
  /** Answers what does not go to the profile server. */
  readonly backend?: (path: string) => Response;
  readonly queries?: QueryClient;
}

/** The native view against a profile server in memory, on a clock of its own that starts at NOW. */
export async function openView(fake: FakePyroscope, options: ViewOptions = {}): Promise<OpenView> {
  vi.useFakeTimers({ now: NOW });
  fakeAbortTimeouts();
  stubBrowser();
  window.history.replaceState(null, '', `/pyroscope${options.search ?? ''}`);
  const queries = options.queries ?? new QueryClient();
  const config: ConfigResponse = {
    grafana_url: '/grafana',
    profiles_source: 'embedded',
    ...options.config,
  };
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const path = String(input);
    if (path.startsWith('/profiles/')) return fake.fetch(input, init);
    return options.backend?.(path) ?? new Response('{}', { status: 404 });
  };
  const context = defaultMountContext(window, { fetch });
  const profiles = new PyroscopeClient({ baseUrl: '/profiles', fetch });
  const services = { context, config, profiles };
  let count = 0;
  const page = () => (
    <QueryClientProvider client={queries}>
      <PageServicesProvider services={services} refreshCount={count}>
        <ProfilesView />
      </PageServicesProvider>
    </QueryClientProvider>
  );
  const rendered = render(page());
  const pass = (milliseconds: number) =>
    act(async () => {
      await vi.advanceTimersByTimeAsync(milliseconds);
      // Bodies of responses and lazy modules arrive through the platform, not by the test's clock.
      for (let turn = 0; turn < 8; turn += 1) {
        await new Promise((resolve) => realImmediate(resolve));
        await vi.advanceTimersByTimeAsync(1);
      }
    });
  const wait = async (milliseconds = 0) => {
    if (milliseconds > 0) await pass(milliseconds);
    // What was due has changed the page only now, and the page may ask again.
    await pass(SETTLED_MS);
  };
  onTestFinished(() => {
    rendered.unmount();
    queries.clear();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  await wait();
  return {
    queries,
    wait,
    refresh: async () => {
      count += 1;
      rendered.rerender(page());
      await wait();
    },
    go: async (search) => {
      act(() => context.navigate(`/pyroscope${search}`));
      await wait();
    },
  };
}

/** What jsdom lacks of a browser: canvas, paths, and the observers of sizes and places. */
function stubBrowser(): void {
  const canvas = installDrawLog(HTMLCanvasElement);
  onTestFinished(() => canvas.restore());
  class Path {
    moveTo = () => undefined;
    lineTo = () => undefined;
    arc = () => undefined;
    rect = () => undefined;
    closePath = () => undefined;
    addPath = () => undefined;
  }
  vi.stubGlobal('Path2D', Path);
  vi.stubGlobal('ResizeObserver', FakeObserver);
  vi.stubGlobal('IntersectionObserver', FakeObserver);
}

/** Never sees anything change. */
class FakeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
