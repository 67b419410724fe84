import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pprof, TestClient, TYPE } from './testing/requests.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

let server: TestServer;
let client: TestClient;
async function start(...args: Parameters<typeof startTestServer>): Promise<void> {
  server = await startTestServer(...args);
  client = new TestClient(server);
}
beforeEach(() => start());
afterEach(() => server.close());

describe('beside ingest and queries', () => {
  test('/metrics counts what was stored and every refusal by reason', async () => {
    await client.push(pprof());
    await client.push('nope');
    await client.push(pprof(), 'format=pprof');
    await client.ask('Nope', {});
    const { body } = await client.get('/metrics');
    expect(body).toContain('profile_server_profiles_stored_total 1');
    expect(body).toContain('profile_server_refused_total{reason="malformed"} 1');
    expect(body).toContain('profile_server_refused_total{reason="name"} 1');
    expect(body).toContain('profile_server_refused_total{reason="method"} 1');
    expect(body).toMatch(/request_duration_seconds_count\{route="\/ingest",status="200"\} 1/);
    expect(body).not.toContain('Nope');
    expect(body).toMatch(/profile_server_store_bytes \d{4,}/);
  });

  test('the page names services and types and runs no script', async () => {
    const service = encodeURIComponent('app{service_name=<b>app</b>}');
    await client.push(pprof(), `name=${service}&format=pprof`);
    const page = await client.get('/');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.body).toContain('&lt;b&gt;app&lt;/b&gt;');
    expect(page.body).toContain(TYPE);
    expect(page.body).not.toMatch(/<script|style=/);
    expect((await client.get('/page.css')).headers['content-type']).toContain('text/css');
  });

  test('pins', async () => {
    const send = (body: string) =>
      server.app.inject({
        method: 'POST',
        url: '/pins',
        body,
        headers: { 'content-type': 'application/json' },
      });
    expect((await send('{"from": 5, "to": 1}')).statusCode).toBe(400);
    const made = await send('{"from": 1, "to": 5, "note": "baseline"}');
    expect(made.statusCode).toBe(201);
    const { id } = made.json<{ id: string }>();
    const list = await client.get('/pins');
    expect(list.json()).toMatchObject({ pins: [{ id, from: 1, to: 5, note: 'baseline' }] });
    const remove = () => server.app.inject({ method: 'DELETE', url: `/pins/${id}` });
    expect((await remove()).statusCode).toBe(204);
    expect((await remove()).statusCode).toBe(404);
  });

  test('what is not there says so', async () => {
    const answer = await client.get('/nothing?secret=1');
    expect(answer.statusCode).toBe(404);
    expect(answer.json<{ message: string }>().message).toBe('There is nothing at GET /nothing.');
  });
});
