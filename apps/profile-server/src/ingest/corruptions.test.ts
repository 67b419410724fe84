import { gzipSync } from 'node:zlib';
import { CORRUPT_PROFILES } from '@hsi/pprof-codec/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestClient } from '../testing/requests.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
let client: TestClient;
beforeAll(async () => {
  server = await startTestServer();
  client = new TestClient(server);
});
afterAll(() => server.close());

test('there are at least 40 corruptions', () => {
  expect(CORRUPT_PROFILES.length).toBeGreaterThanOrEqual(40);
});

test.each(CORRUPT_PROFILES)(
  '%s: 400 with a reason, and nothing is stored',
  async (_name, bytes) => {
    const counted = await refusals();
    const answers = [
      await client.push(Buffer.from(bytes)),
      await client.push(gzipSync(bytes)),
      await client.post(
        '/push.v1.PusherService/Push',
        JSON.stringify({
          series: [
            {
              labels: [
                { name: '__name__', value: 'process_cpu' },
                { name: 'service_name', value: 'app' },
              ],
              samples: [{ rawProfile: Buffer.from(bytes).toString('base64') }],
            },
          ],
        }),
      ),
    ];
    for (const answer of answers) {
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toEqual({
        code: 'invalid_argument',
        message: expect.stringMatching(/^The profile cannot be read: \S.+\.$/s) as string,
      });
    }
    expect(await refusals()).toBe(counted + answers.length);
    expect((await client.ask('GetProfileStats', {})).json()).toEqual({});
    expect((await client.ask('Series', {})).json()).toEqual({});
  },
);

const refusals = () => client.metric('profile_server_refused_total{reason="malformed"}');

test.each<[string, Buffer]>([
  ['gzip that is cut off', gzipSync(Buffer.alloc(500, 'x')).subarray(0, 15)],
  ['gzip with another checksum', broken(gzipSync(Buffer.alloc(500, 'x')))],
])('%s: 400 with a reason', async (_name, body) => {
  const answer = await client.push(body);
  expect(answer.statusCode).toBe(400);
  expect(answer.json<{ message: string }>().message).toContain('gzip is damaged');
});

function broken(bytes: Buffer): Buffer {
  bytes[bytes.length - 5]! ^= 0xff;
  return bytes;
}
