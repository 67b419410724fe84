import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { reportStarts } from './report-starts.mjs';

it('tells the backend what started, with its token', async () => {
  const received: { authorization: string | undefined; body: unknown }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ authorization: request.headers.authorization, body: JSON.parse(body) });
      response.writeHead(201).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;

  const starts = [{ text: 'rt-detr 1.0.0 started', service: 'rt-detr', version: '1.0.0' }];
  await reportStarts({ backend: `http://127.0.0.1:${port}`, token: 'abc', starts });
  expect(received).toEqual([
    { authorization: 'Bearer abc', body: { kind: 'start', ...starts[0] } },
  ]);

  await new Promise((resolve) => server.close(resolve));
  const later = reportStarts({ backend: `http://127.0.0.1:${port}`, token: 'abc', starts });
  await expect(later).resolves.toBeUndefined();
});
