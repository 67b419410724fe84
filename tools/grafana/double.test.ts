import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  controlGrafanaDouble,
  startGrafanaDouble,
  type GrafanaDouble,
  type GrafanaSetting,
} from '../../e2e/doubles/grafana.ts';
import recordings from './fixtures/probes.json';

let double: GrafanaDouble;
beforeAll(async () => {
  double = await startGrafanaDouble({ dashboardUid: 'rec' });
});
afterAll(async () => {
  await double.close();
});

const get = (path: string) => fetch(new URL(path, double.url), { redirect: 'manual' });

describe('the Grafana double answers as a real Grafana 12.3.3 was recorded to answer', () => {
  it.each(recordings)('$setting: $path', async ({ setting, path, status, headers, body }) => {
    double.set(setting as GrafanaSetting);
    const response = await get(path);
    expect(response.status).toBe(status);
    expect(response.headers.get('X-Frame-Options')).toBe(headers['X-Frame-Options'] ?? null);
    // The recorded Grafana has another port.
    const location = headers.Location?.replace('http://127.0.0.1:3000', new URL(double.url).origin);
    expect(response.headers.get('Location')).toBe(location ?? null);
    const mediaType = (type: string | null) => type?.split(';')[0];
    expect(mediaType(response.headers.get('Content-Type'))).toBe(
      mediaType(headers['Content-Type']),
    );
    if (status === 200 && body.endsWith('...')) return; // a page, or cut in the recording
    const text = await response.text();
    if (body.startsWith('{')) expect(JSON.parse(text)).toEqual(JSON.parse(body));
    else if (location === undefined) expect(text).toBe(body);
  });
});

describe('the settings that are not recorded', () => {
  it('away drops the connection, until it is back', async () => {
    double.set('away');
    await expect(get('/grafana/api/health')).rejects.toThrow('fetch failed');
    expect(double.requests.at(-1)).toEqual({
      method: 'GET',
      path: '/grafana/api/health',
      status: undefined,
    });
    double.set('anonymous embedding allowed');
    expect((await get('/grafana/api/health')).status).toBe(200);
  });

  it('a missing dashboard is 404 for the API, while its page is 200 as ever', async () => {
    double.set('dashboard missing');
    expect((await get('/grafana/api/dashboards/uid/rec')).status).toBe(404);
    const page = await get('/grafana/d/rec/rec');
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Dashboard not found');
  });

  it('a missing data source fails its health check', async () => {
    double.set('data source missing');
    expect((await get('/grafana/api/datasources/uid/pyroscope/health')).status).toBe(500);
  });

  it('login required knows one account, which may explore', async () => {
    double.set('login required');
    double.forget();
    const as = (account: string, path: string) =>
      fetch(new URL(path, double.url), {
        redirect: 'manual',
        headers: { authorization: `Basic ${Buffer.from(account).toString('base64')}` },
      });
    expect((await as('admin:admin', '/grafana/api/login/ping')).status).toBe(200);
    expect((await as('admin:admin', '/grafana/explore')).status).toBe(200);
    expect((await as('admin:admin', '/grafana/d/rec/rec')).status).toBe(200);
    expect(double.loads).toBe(1);
    expect((await as('admin:wrong', '/grafana/api/login/ping')).status).toBe(401);
  });

  it('lets an Editor into Explore', async () => {
    double.set('anonymous embedding allowed');
    double.setRole('Editor');
    const explore = await get('/grafana/explore?panes=%3Cb%3E');
    expect(explore.status).toBe(200);
    expect(await explore.text()).toContain('>&#60;b&#62;<');
    double.setRole('Viewer');
    expect((await get('/grafana/explore')).status).toBe(302);
  });
});

it('counts the loads of the dashboard and forgets them', async () => {
  double.set('anonymous embedding allowed');
  double.forget();
  await get('/grafana/d/rec/rec?kiosk=1');
  await get('/grafana/api/health');
  expect(double.loads).toBe(1);
  expect(double.requests.map(({ path }) => path)).toEqual([
    '/grafana/d/rec/rec?kiosk=1',
    '/grafana/api/health',
  ]);
});

it('is controlled from another process, also while it is away', async () => {
  const control = controlGrafanaDouble(double.url);
  await control.set('away');
  await expect(get('/grafana/api/health')).rejects.toThrow();
  await control.set('anonymous embedding allowed');
  await control.setRole('Editor');
  expect((await get('/grafana/explore')).status).toBe(200);
  await control.setRole('Viewer');
  await control.forget();
  await get('/grafana/d/rec/rec');
  expect(await control.read()).toEqual({
    loads: 1,
    requests: [{ method: 'GET', path: '/grafana/d/rec/rec', status: 200 }],
  });
  await expect(control.set('gone' as GrafanaSetting)).rejects.toThrow('no setting "gone"');
});
