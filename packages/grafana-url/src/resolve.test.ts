import { describe, expect, it } from 'vitest';
import { resolveGrafanaUrl } from './resolve.ts';

const page = { hostname: 'home.lan' };

describe('an address that can be used', () => {
  it.each([
    ['a path', '/grafana', '/grafana'],
    ['a deep path', '/tools/grafana', '/tools/grafana'],
    ['a path with a trailing slash', '/grafana/', '/grafana'],
    ['a path with several trailing slashes', '/grafana///', '/grafana'],
    ['the root', '/', ''],
    ['a path with escapes', '/graf%20ana', '/graf%20ana'],
    ['space around a path', ' /grafana\n', '/grafana'],
    ['localhost', 'http://localhost:3000', 'http://home.lan:3000'],
    ['localhost with a path', 'http://localhost:3000/grafana/', 'http://home.lan:3000/grafana'],
    ['localhost with https', 'https://localhost:3443/g', 'https://home.lan:3443/g'],
    ['localhost without a port', 'http://localhost/grafana', 'http://home.lan/grafana'],
    ['localhost in capitals', 'HTTP://LocalHost:3000', 'http://home.lan:3000'],
    ['the loopback address', 'http://127.0.0.1:3000/grafana', 'http://home.lan:3000/grafana'],
    ['the loopback address as a number', 'http://2130706433:3000', 'http://home.lan:3000'],
    [
      'a host that begins like localhost',
      'http://localhost.evil.example',
      'http://localhost.evil.example',
    ],
    ['another host', 'https://grafana.example/', 'https://grafana.example'],
    ['another host with port and path', 'http://g.example:3000/x/y/', 'http://g.example:3000/x/y'],
    ['a private address', 'http://192.168.1.9:3000', 'http://192.168.1.9:3000'],
    ['IPv6', 'http://[fd00::1]:3000/grafana', 'http://[fd00::1]:3000/grafana'],
  ])('%s: %s', (_what, configured, url) => {
    expect(resolveGrafanaUrl(configured, page)).toEqual({ url });
  });

  it('takes the host name of a page that was reached by an IPv6 address', () => {
    expect(resolveGrafanaUrl('http://localhost:3000', { hostname: '[fd00::7]' })).toEqual({
      url: 'http://[fd00::7]:3000',
    });
  });

  it('keeps localhost where the page has no host', () => {
    expect(resolveGrafanaUrl('http://localhost:3000', { hostname: '' })).toEqual({
      url: 'http://localhost:3000',
    });
  });
});

describe('an address that is refused', () => {
  it.each([
    ['script', 'javascript:alert(1)', 'neither a path nor an http(s) URL'],
    ['script in disguise', 'JaVaScRiPt:alert(1)', 'neither a path nor an http(s) URL'],
    ['script behind a line break', 'java\nscript:alert(1)', 'a backslash, a space or a control'],
    ['data', 'data:text/html,<script>alert(1)</script>', 'neither a path nor an http(s) URL'],
    ['a blob', 'blob:http://x/1', 'neither a path nor an http(s) URL'],
    ['a file', 'file:///etc/passwd', 'neither a path nor an http(s) URL'],
    ['another scheme', 'ftp://grafana.example', 'neither a path nor an http(s) URL'],
    ['a protocol-relative URL', '//evil.example', 'names a host without'],
    ['a protocol-relative URL with three slashes', '///evil.example', 'names a host without'],
    ['backslashes for slashes', '\\\\evil.example', 'a backslash'],
    ['a slash and a backslash', '/\\evil.example', 'a backslash'],
    ['a tab between slashes', '/\t/evil.example', 'control character'],
    ['an empty segment', '/grafana//evil.example', 'an empty or a dot segment'],
    ['dot segments', '/..//evil.example', 'dot segment'],
    ['escaped dot segments', '/grafana/%2e%2e', 'dot segment'],
    ['a user', 'http://admin@grafana.example', 'a user or a password'],
    ['a user and a password', 'http://admin:admin@localhost:3000', 'a user or a password'],
    ['a host in the place of a user', 'http://localhost:3000@evil.example', 'a user or a password'],
    ['no host', 'http://', 'neither a path nor an http(s) URL'],
    ['three slashes after the scheme', 'http:///evil.example', 'neither a path nor an http(s) URL'],
    ['no slashes after the scheme', 'http:evil.example', 'neither a path nor an http(s) URL'],
    ['a bad port', 'http://grafana.example:99999', 'neither a path nor an http(s) URL'],
    ['a bare word', 'grafana', 'neither a path nor an http(s) URL'],
    ['a bare host', 'grafana.example:3000', 'neither a path nor an http(s) URL'],
    ['nothing', '', 'is empty'],
    ['only space', '   ', 'is empty'],
    ['undefined', undefined, 'is not text'],
    ['null', null, 'is not text'],
    ['a number', 3000, 'is not text'],
    ['an object', { url: '/grafana' }, 'is not text'],
  ])('%s: %j', (_what, configured, reason) => {
    const { url, warning } = resolveGrafanaUrl(configured, page);
    expect(url).toBe('/grafana');
    expect(warning).toContain(reason);
    expect(warning).toContain('using /grafana instead');
  });

  it('uses the given fallback, resolved by the same rules', () => {
    expect(resolveGrafanaUrl('', page, 'http://localhost:3000/').url).toBe('http://home.lan:3000');
    expect(resolveGrafanaUrl('', page, 'javascript:1').url).toBe('/grafana');
  });

  it('does not repeat what it refuses, which may be hostile or secret', () => {
    const { warning } = resolveGrafanaUrl('http://admin:hunter2@grafana.example', page);
    expect(warning).not.toContain('hunter2');
  });
});

describe('an address that is used with a warning', () => {
  it.each([
    ['/grafana?orgId=2', '/grafana'],
    ['/grafana/#top', '/grafana'],
    ['http://localhost:3000/grafana/?a=b', 'http://home.lan:3000/grafana'],
  ])('loses its query and fragment: %s', (configured, url) => {
    const resolved = resolveGrafanaUrl(configured, page);
    expect(resolved.url).toBe(url);
    expect(resolved.warning).toContain('query or a fragment');
  });

  it('says that an https page may not show Grafana without encryption', () => {
    const secure = { hostname: 'home.lan', protocol: 'https:' };
    expect(resolveGrafanaUrl('http://localhost:3000', secure)).toEqual({
      url: 'http://home.lan:3000',
      warning:
        'Grafana at http://home.lan:3000 is not encrypted, so this browser may refuse to show it inside an https page.',
    });
    expect(resolveGrafanaUrl('https://grafana.example', secure)).toEqual({
      url: 'https://grafana.example',
    });
    expect(
      resolveGrafanaUrl('http://localhost:3000', { hostname: 'localhost', protocol: 'https:' }),
    ).toEqual({ url: 'http://localhost:3000' });
  });
});
