import { describe, expect, it } from 'vitest';
import { requireToken, requireWriter } from './guard.ts';

const TOKEN = 'correct-horse';
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('a call that changes something', () => {
  it.each([
    ['a page of the same origin', { 'sec-fetch-site': 'same-origin' }, 'browser'],
    ['an old browser on the same host', { origin: 'http://a:1', host: 'a:1' }, 'browser'],
    [
      'an old browser behind a proxy',
      { origin: 'http://a', host: 'b', 'x-forwarded-host': 'a' },
      'browser',
    ],
    ['the token', bearer(TOKEN), 'token'],
    [
      'the token with a name',
      { ...bearer(TOKEN), 'x-hsi-actor': 'deploy-script' },
      'deploy-script',
    ],
    ['the token with a name that is none', { ...bearer(TOKEN), 'x-hsi-actor': 'A b' }, 'token'],
  ])('is taken from %s', (_, headers, actor) => {
    expect(requireWriter(headers, TOKEN)).toBe(actor);
  });

  it.each([
    ['a page of another origin', { 'sec-fetch-site': 'cross-site' }, 'foreign-origin'],
    ['a page of another port', { 'sec-fetch-site': 'same-site' }, 'foreign-origin'],
    ['a link that somebody typed', { 'sec-fetch-site': 'none' }, 'foreign-origin'],
    ['a foreign Origin', { origin: 'http://evil', host: 'a' }, 'foreign-origin'],
    ['a sandboxed page', { origin: 'null', host: 'a' }, 'foreign-origin'],
    [
      'a foreign page that has our Origin header wrong',
      { 'sec-fetch-site': 'cross-site', origin: 'http://a', host: 'a' },
      'foreign-origin',
    ],
    [
      'a foreign page, even with the token',
      { ...bearer(TOKEN), 'sec-fetch-site': 'cross-site' },
      'foreign-origin',
    ],
    ['nobody in particular', { host: 'a' }, 'token-required'],
    ['a wrong token', bearer('wrong'), 'token-required'],
    ['an empty token', { authorization: 'Bearer ' }, 'token-required'],
    ['another scheme', { authorization: `Basic ${TOKEN}` }, 'token-required'],
  ])('is refused from %s', (_, headers, code) => {
    expect(() => requireWriter(headers, TOKEN)).toThrow(expect.objectContaining({ code }));
  });

  it('has no token that fits when none is set', () => {
    expect(() => requireWriter(bearer('undefined'), undefined)).toThrow('set BACKEND_TOKEN');
  });
});

describe('a call that needs the token', () => {
  it('is not taken from a page', () => {
    expect(() => requireToken({ 'sec-fetch-site': 'same-origin' }, TOKEN)).toThrow(
      expect.objectContaining({ code: 'token-required' }),
    );
    expect(() => requireToken(bearer(TOKEN), TOKEN)).not.toThrow();
  });
});
