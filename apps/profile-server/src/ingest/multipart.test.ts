import { expect, test } from 'vitest';
import { parseMultipart } from './multipart.ts';

function parse(headers: string): [string, string][] {
  const body = Buffer.from(`--b0\r\n${headers}\r\n\r\nbytes\r\n--b0--\r\n`);
  const parts = parseMultipart(body, 'multipart/form-data; boundary=b0');
  return [...parts].map(([name, content]) => [name, content.toString()]);
}

test.each([
  ['quoted', 'Content-Disposition: form-data; name="profile"; filename="name=x.pprof"'],
  ['bare', 'content-disposition: form-data; name=profile'],
  ['after the file name', 'Content-Disposition: form-data; filename="a"; name="profile"'],
  ['after another header', 'Content-Type: a/b; name=x\r\nContent-Disposition: f; name="profile"'],
])("a part's name, %s", (_how, headers) => {
  expect(parse(headers)).toEqual([['profile', 'bytes']]);
});

test.each([
  ['no disposition', 'Content-Type: a/b; name=x', 'has no name'],
  ['a disposition without a name', 'Content-Disposition: form-data; filename="a"', 'has no name'],
  [
    'long headers',
    'content-disposition:'.repeat(500),
    'A part of the multipart form has more than 8192 bytes of headers.',
  ],
])('%s: refused', (_what, headers, sentence) => {
  expect(() => parse(headers)).toThrow(sentence);
});
