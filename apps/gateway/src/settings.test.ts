import { describe, expect, it } from 'vitest';
import { readGatewaySettings } from './settings.ts';

describe('the settings', () => {
  it('fit the embedded servers when nothing is set', () => {
    const settings = readGatewaySettings({ BACKEND_UPSTREAM: ' ' });
    expect(settings).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      grafana: undefined,
      grafanaUrl: '/grafana',
      tenant: 'anonymous',
      remoteOrigins: [],
    });
    expect(settings.backend.url.href).toBe('http://127.0.0.1:8000/');
    expect(settings.profiles.url.href).toBe('http://127.0.0.1:4040/');
  });

  it.each([
    ['basic reader:open sesame', `Basic ${Buffer.from('reader:open sesame').toString('base64')}`],
    ['Bearer abc.def', 'Bearer abc.def'],
    ['', undefined],
  ])('read %j as a header', (text, header) => {
    const { profiles } = readGatewaySettings({ UPSTREAM_PYROSCOPE_AUTH: text });
    expect(profiles.authorization).toBe(header);
  });

  it.each(['open sesame', 'basic secret', 'bearer'])('refuse %j without repeating it', (text) => {
    const read = () => readGatewaySettings({ UPSTREAM_BACKEND_AUTH: text });
    expect(read).toThrow('UPSTREAM_BACKEND_AUTH');
    expect(read).not.toThrow('secret');
    expect(read).not.toThrow('sesame');
  });

  it.each([
    [{ REMOTE_ORIGINS: 'cdn.test' }, 'REMOTE_ORIGINS'],
    [{ REMOTE_ORIGINS: 'https://cdn.test/path' }, 'REMOTE_ORIGINS'],
    [{ REMOTE_ORIGINS: "https://cdn.test 'unsafe-eval'" }, 'REMOTE_ORIGINS'],
    [{ GRAFANA_UPSTREAM: 'ftp://x' }, 'GRAFANA_UPSTREAM'],
    [{ PYROSCOPE_TENANT: 'a\r\nb' }, 'PYROSCOPE_TENANT'],
    [{ GATEWAY_PORT: 'eighty' }, 'GATEWAY_PORT'],
  ])('refuse %j by name', (env, setting) => {
    expect(() => readGatewaySettings(env)).toThrow(setting);
  });
});
