import { expect, it } from 'vitest';
import { applicationKey } from './application-key.ts';

it('names the application and its tags', () => {
  expect(
    applicationKey('nemotron-backend', { service: 'backend', environment: 'development' }),
  ).toBe('nemotron-backend{service=backend,environment=development}');
  expect(applicationKey(' florence ', {})).toBe('florence{}');
});

it('keeps a value from ending early, and leaves empty ones out', () => {
  expect(applicationKey('a', { note: 'x,y={z}"\n', version: '', build: '1.2+3' })).toBe(
    'a{note=x_y_z_,build=1.2+3}',
  );
});

it.each(['', '  ', 'a{b}'])('refuses the application name %j', (name) => {
  expect(() => applicationKey(name, {})).toThrow('application name');
});

it.each(['', '1st', 'a b', 'a-b', 'a}'])('refuses the tag name %j', (name) => {
  expect(() => applicationKey('a', { [name]: 'x' })).toThrow('tag name');
});
