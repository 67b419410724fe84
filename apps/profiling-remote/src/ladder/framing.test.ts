import { describe, expect, it } from 'vitest';
import { mayFrame } from './framing.ts';

const PAGE = 'https://app.example';

const allowed = (
  headers: { options?: string; policy?: string },
  resource = 'https://app.example/grafana',
  page = PAGE,
) =>
  mayFrame(
    { xFrameOptions: headers.options, contentSecurityPolicy: headers.policy },
    resource,
    page,
  );

describe('X-Frame-Options', () => {
  it.each([
    [undefined, true],
    ['deny', false],
    ['DENY', false],
    ['SAMEORIGIN', true],
    ['sameorigin, deny', false],
    ['ALLOW-FROM https://x.example', true],
  ])('%s', (options, expected) => {
    expect(allowed(options === undefined ? {} : { options })).toBe(expected);
  });

  it('sameorigin keeps another origin out', () => {
    expect(allowed({ options: 'sameorigin' }, 'https://grafana.example/')).toBe(false);
  });
});

describe('frame-ancestors', () => {
  it.each([
    ["frame-ancestors 'none'", false],
    ["frame-ancestors 'self'", true],
    ['frame-ancestors *', true],
    ['frame-ancestors', false],
    ['frame-ancestors https://app.example', true],
    ['frame-ancestors https://app.example:443', true],
    ['frame-ancestors https://app.example:*', true],
    ['frame-ancestors https://app.example:8443', false],
    ['frame-ancestors http://app.example', true],
    ['frame-ancestors app.example', true],
    ['frame-ancestors *.example', true],
    ['frame-ancestors *.app.example', false],
    ['frame-ancestors https:', true],
    ['frame-ancestors http:', true],
    ['frame-ancestors https://other.example https://app.example', true],
    ["default-src 'none'; FRAME-ANCESTORS 'none'; img-src *", false],
    ["frame-ancestors 'self', frame-ancestors 'none'", false],
    ['frame-ancestors https://[', false],
    ["default-src 'self'", true],
  ])('%s', (policy, expected) => {
    expect(allowed({ policy })).toBe(expected);
  });

  it('makes X-Frame-Options void', () => {
    expect(allowed({ options: 'deny', policy: "frame-ancestors 'self'" })).toBe(true);
  });

  it('compares ports', () => {
    const page = 'http://127.0.0.1:8080';
    expect(allowed({ policy: 'frame-ancestors http://127.0.0.1:8080' }, page, page)).toBe(true);
    expect(allowed({ policy: 'frame-ancestors http://127.0.0.1' }, page, page)).toBe(false);
  });
});
