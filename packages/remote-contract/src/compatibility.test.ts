import { describe, expect, it } from 'vitest';
import { CONTRACT_VERSION, contractMismatch } from './index.ts';

const build = (contract: string) => ({ version: '0.4.0', contract });

describe('the contract range of a build', () => {
  it.each([
    ['^1.0.0', '1.0.0'],
    ['^1.0.0', '1.7.2'],
    ['~1.2.0', '1.2.9'],
    ['>=1.0.0 <3.0.0', '2.5.0'],
    ['^1.0.0 || ^2.0.0', '2.0.1'],
    ['1.x', '1.3.0'],
  ])('%s fits a host of %s', (range, host) => {
    expect(contractMismatch('profiling', build(range), host)).toBeUndefined();
  });

  it.each([
    ['^2.0.0', '1.0.0'],
    ['^1.2.0', '1.1.9'],
    ['latest', '1.0.0'],
    ['file:../x', '1.0.0'],
    ['^1.0.0', 'one'],
    ['^', '1.0.0'],
  ])('%s does not fit a host of %s', (range, host) => {
    const sentence = contractMismatch('profiling', build(range), host);
    expect(sentence).toBe(
      `The remote "profiling" 0.4.0 needs remote contract ${range}, but this host has ${host}.`,
    );
  });

  it('takes this package as the host when none is given', () => {
    expect(contractMismatch('profiling', build(`^${CONTRACT_VERSION}`))).toBeUndefined();
    expect(contractMismatch('profiling', build('^99.0.0'))).toContain(CONTRACT_VERSION);
  });
});
