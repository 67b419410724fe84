import { describe, expect, it } from 'vitest';
import { upstreamHeaders } from './proxy-headers.ts';
import { type Upstream } from './settings.ts';

function sentTo(url: string) {
  const upstream: Upstream = {
    title: 'Pyroscope',
    setting: 'PYROSCOPE_UPSTREAM',
    url: new URL(url),
    authorization: undefined,
  };
  return upstreamHeaders(upstream, {
    headers: { host: 'page.test', 'accept-encoding': 'gzip, br' },
    remoteAddress: '127.0.0.1',
    protocol: 'http',
    id: '1',
  });
}

describe('what an upstream is asked for', () => {
  it.each(['http://127.0.0.1:4040', 'http://localhost:4040', 'http://[::1]:4040'])(
    'is plain on this machine: %s',
    (url) => {
      expect(sentTo(url)['accept-encoding']).toBeUndefined();
    },
  );

  it.each(['http://pyroscope:4040', 'https://profiles.example', 'http://127.0.0.1.example'])(
    'is compressed across a network: %s',
    (url) => {
      expect(sentTo(url)['accept-encoding']).toBe('gzip, br');
    },
  );
});
