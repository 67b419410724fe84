import { createReadStream, cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../tools/free-port.mjs';
import { startStack, type Stack } from '../support/stack.ts';
import { expect, test } from '../support/test.ts';

const ROOT = join(import.meta.dirname, '../..');

test.describe('the host', () => {
  test('leads to the page from its sidebar', async ({ page, origin, reports }) => {
    await page.goto(`${origin}/`);
    const group = page.getByRole('navigation');
    await expect(group.getByText('AI', { exact: true })).toBeVisible();
    const links = group.getByRole('link');
    await expect(links.filter({ hasText: 'AI Performance' })).toHaveAttribute('href', '/ai');
    await expect(links.filter({ hasText: 'AI Audit' })).toHaveAttribute('href', '/ai-audit');
    await links.filter({ hasText: 'Profiling' }).click();
    await expect(page).toHaveURL(/\/pyroscope/);
    await expect(page.getByTestId('flamegraph-rt-detr')).toHaveAttribute('data-total', /^[1-9]/);
    expect(reports).toEqual([]);
  });

  test('lists the model zoo as the backend has it', async ({ page, origin }) => {
    await page.goto(`${origin}/ai`);
    await expect(page.getByText('clip-vit-l').first()).toBeVisible();
    await expect(page.getByText('florence-2-large').first()).toBeVisible();
    await expect(page.getByText(/disabled/i).first()).toBeVisible();
  });

  test('lists what the demo loaded in the audit', async ({ page, origin }) => {
    await page.goto(`${origin}/ai-audit?action=load&actor=demo`);
    await expect(page.getByTestId('audit-entry').first()).toContainText('load');
  });

  test('serves under a strict policy, and caches what has a hash', async ({ origin, request }) => {
    const html = await request.get(`${origin}/pyroscope`);
    const policy = html.headers()['content-security-policy'] ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe-eval');
    expect(html.headers()['cache-control']).toContain('no-cache');
    const registry = await request.get(`${origin}/remotes/registry.json`);
    expect(registry.headers()['cache-control']).toContain('no-cache');
    const script = /src="([^"]+\.js)"/.exec(await html.text())?.[1] ?? '';
    const asset = await request.get(new URL(script, `${origin}/`).href);
    expect(asset.headers()['cache-control']).toContain('immutable');
    expect(asset.headers()['content-type']).toContain('utf-8');
  });

  test('takes no pushes and no other calls on the read API', async ({ origin, request }) => {
    const push = await request.post(`${origin}/profiles/ingest?name=x`, { data: 'x' });
    expect(push.status()).toBe(403);
  });

  test('explains that there is no Grafana, to people and to programs', async ({
    page,
    origin,
    request,
  }) => {
    const json = await request.get(`${origin}/grafana/api/health`, {
      headers: { accept: 'application/json' },
    });
    expect(json.status()).toBe(503);
    expect(await json.json()).toMatchObject({ code: 'grafana_not_configured' });
    await page.goto(`${origin}/grafana/`);
    await expect(page.locator('body')).toContainText('GRAFANA_UPSTREAM');
  });
});

test.describe('a remote from a second origin', () => {
  let folder: string;
  let stack: Stack;
  let server: Server | undefined;
  let port: number;

  test.beforeAll(async ({ origin }) => {
    folder = mkdtempSync(join(tmpdir(), 'hsi-e2e-remotes-'));
    [port] = (await freePorts(1)) as [number];
    const registry = (await (await fetch(`${origin}/remotes/registry.json`)).json()) as {
      remotes: { profiling: { current: { entry: string }; previous?: unknown } };
    };
    const { profiling } = registry.remotes;
    delete profiling.previous;
    profiling.current.entry = `http://127.0.0.1:${port}/mf-manifest.json`;
    mkdirSync(join(folder, 'remotes'));
    writeFileSync(join(folder, 'remotes/registry.json'), JSON.stringify(registry));
    cpSync(join(ROOT, 'apps/profiling-remote/dist'), join(folder, 'files'), { recursive: true });
    stack = await startStack({
      flags: ['--no-demo'],
      env: { REMOTES_DIR: join(folder, 'remotes'), REMOTE_ORIGINS: `http://127.0.0.1:${port}` },
    });
  });

  test.afterAll(async () => {
    await stack?.stop();
    await stopServing();
    rmSync(folder, { recursive: true, force: true });
  });

  test('that is stopped leaves the host usable; Retry works once it is back', async ({ page }) => {
    await page.goto(`${stack.url}/pyroscope`);
    const retry = page.getByRole('button', { name: 'Retry' });
    await expect(retry).toBeVisible();
    await expect(page.getByRole('alert')).toContainText(/could not be loaded/i);
    await page.getByRole('link', { name: 'AI Performance' }).click();
    await expect(page.getByText('clip-vit-l').first()).toBeVisible();
    await page.getByRole('link', { name: 'Profiling' }).click();
    await expect(retry).toBeVisible();

    await serve();
    await page.evaluate(() => Object.assign(window, { notReloaded: true }));
    await retry.click();
    await expect(page.getByTestId('pyroscope-page')).toBeVisible();
    expect(await page.evaluate(() => 'notReloaded' in window)).toBe(true);
  });

  test('that needs another contract is refused before any of its code runs', async ({ page }) => {
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    await page.route('**/remotes/registry.json', async (route) => {
      const registry = JSON.parse(readFileSync(join(folder, 'remotes/registry.json'), 'utf8')) as {
        remotes: { profiling: { current: { contract: string } } };
      };
      registry.remotes.profiling.current.contract = '^9.0.0';
      await route.fulfill({ json: registry });
    });
    await page.goto(`${stack.url}/pyroscope`);
    await expect(page.getByRole('alert')).toContainText('9.0.0');
    await expect(page.getByRole('alert')).toContainText('1.1.0');
    expect(requests.filter((url) => url.includes(`:${port}/`) && url.endsWith('.js'))).toEqual([]);
  });

  async function serve(): Promise<void> {
    server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://x').pathname;
      const file = join(folder, 'files', path);
      try {
        if (!statSync(file).isFile()) throw new Error('no file');
      } catch {
        response.writeHead(404).end();
        return;
      }
      const types: Record<string, string> = {
        js: 'text/javascript',
        css: 'text/css',
        json: 'application/json',
      };
      response.writeHead(200, {
        'content-type': `${types[path.split('.').pop() ?? ''] ?? 'text/plain'}; charset=utf-8`,
        'access-control-allow-origin': '*',
      });
      createReadStream(file).pipe(response);
    });
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
  }

  async function stopServing(): Promise<void> {
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  }
});
