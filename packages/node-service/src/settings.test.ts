import { describe, expect, it } from 'vitest';
import { readCount, readDuration, readPort, readSize, readText, readUrl } from './settings.ts';

describe('settings', () => {
  it('takes an absent, empty or blank text as not set', () => {
    for (const env of [{}, { HOST: '' }, { HOST: ' ' }, { HOST: undefined }]) {
      expect(readText(env, 'HOST', '127.0.0.1')).toBe('127.0.0.1');
    }
    expect(readText({ HOST: '::1' }, 'HOST', '127.0.0.1')).toBe('::1');
  });

  it.each(['abc', '-1', '65536', '80.5', '0x50', '1e3'])('refuses port %s', (text) => {
    expect(() => readPort({ PORT: text }, 'PORT', 80)).toThrow(
      `PORT is "${text}": expected a port between 0 and 65535.`,
    );
  });

  it('reads ports', () => {
    expect(readPort({}, 'PORT', 80)).toBe(80);
    expect(readPort({ PORT: '0' }, 'PORT', 80)).toBe(0);
    expect(readPort({ PORT: '65535' }, 'PORT', 80)).toBe(65_535);
  });

  it('reads counts and refuses those below the least', () => {
    expect(readCount({ N: '12' }, 'N', 3)).toBe(12);
    expect(readCount({}, 'N', 3, 1)).toBe(3);
    expect(() => readCount({ N: '0' }, 'N', 3, 1)).toThrow('N is "0"');
    expect(() => readCount({ N: '99999999999999999' }, 'N', 3)).toThrow('whole number');
  });

  it('reads URLs without their trailing slash', () => {
    expect(readUrl({}, 'URL')).toBeUndefined();
    expect(readUrl({ URL: 'http://127.0.0.1:4040/' }, 'URL')).toBe('http://127.0.0.1:4040');
    expect(readUrl({ URL: 'https://host/grafana//' }, 'URL')).toBe('https://host/grafana');
  });

  it.each(['ftp://host', 'javascript:alert(1)', 'host:80', '/grafana', 'nonsense'])(
    'refuses URL %s',
    (text) => {
      expect(() => readUrl({ URL: text }, 'URL')).toThrow(`URL is "${text}": expected an http`);
    },
  );

  it('refuses a URL with credentials without repeating them', () => {
    const read = () => readUrl({ URL: 'http://me:secret@host' }, 'URL');
    expect(read).toThrow('URL is "(hidden)": expected a URL without credentials.');
  });

  it.each([
    ['15d', 1_296_000_000],
    ['12h', 43_200_000],
    ['30m', 1_800_000],
    ['2w', 1_209_600_000],
    ['off', undefined],
  ])('reads duration %s', (text, expected) => {
    expect(readDuration({ RETENTION: text }, 'RETENTION', '1d')).toBe(expected);
  });

  it.each(['0d', '15', 'd', '-1d', '15 days', '1.5h'])('refuses duration %s', (text) => {
    expect(() => readDuration({ RETENTION: text }, 'RETENTION', '1d')).toThrow(
      `RETENTION is "${text}"`,
    );
  });

  it.each([
    ['2GB', 2e9],
    ['500 MB', 5e8],
    ['1.5kb', 1_500],
    ['off', undefined],
  ])('reads size %s', (text, expected) => {
    expect(readSize({ SIZE: text }, 'SIZE', '1GB')).toBe(expected);
  });

  it.each(['0GB', '2', 'GB', '2 gibibytes', '-1GB'])('refuses size %s', (text) => {
    expect(() => readSize({ SIZE: text }, 'SIZE', '1GB')).toThrow(`SIZE is "${text}"`);
  });
});
