// The service worker of the remotes' pages (ADR 0005). It answers nothing itself and never runs while
// a page loads: it only tells the browser which files are in the cache, and has them compiled.
import { CACHE_NAME } from './cache.ts';

/** Static routing, https://w3c.github.io/ServiceWorker/#service-worker-static-router; Chromium has it. */
interface RoutingInstallEvent extends Event {
  waitUntil(done: Promise<unknown>): void;
  addRoutes?(rules: readonly object[]): Promise<void>;
}

const worker = globalThis as unknown as EventTarget & { skipWaiting(): Promise<void> };

worker.addEventListener('install', (event) => {
  const install = event as RoutingInstallEvent;
  install.waitUntil(prepare(install));
});

async function prepare(install: RoutingInstallEvent): Promise<void> {
  // Without it every page would wait for the worker: the page hears of the failure, and forgets.
  if (install.addRoutes === undefined) throw new Error('This browser has no static routing.');
  await install.addRoutes([
    // What is not in the cache comes from the network.
    ...['script', 'style'].map((requestDestination) => ({
      condition: { requestDestination, requestMethod: 'get' },
      source: { cacheName: CACHE_NAME },
    })),
    // Said for all others too: without a rule the browser asks the worker, and starts it for that.
    { condition: { urlPattern: '/*' }, source: 'network' },
  ]);
  await compileKept();
  await worker.skipWaiting();
}

/** Scripts that a worker stores while it is installed are compiled whole, and kept so. */
async function compileKept(): Promise<void> {
  const cache = await caches.open(CACHE_NAME);
  for (const request of await cache.keys()) {
    const response = await cache.match(request);
    if (response !== undefined) await cache.put(request, response);
  }
}
