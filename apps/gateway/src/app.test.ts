import { afterEach, describe, expect, it } from 'vitest';
import { close, gateway } from './testing/stack.ts';

afterEach(close);

const html = { accept: 'text/html,application/xhtml+xml' };

describe('the shell', () => {
  it.each(['/', '/pyroscope', '/pyroscope/', '/pyroscope/compare?service=rt-detr', '/ai-audit'])(
    'answers %s with its page',
    async (url) => {
      const { app } = await gateway();
      const answer = await app.inject({ url, headers: html });
      expect(answer.statusCode).toBe(200);
      expect(answer.body).toContain('<div id="root">');
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(answer.headers['cache-control']).toBe('no-cache');
    },
  );
});
