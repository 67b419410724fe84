import { treeFromFolded } from '@hsi/test-kit';
import { describe, expect, it } from 'vitest';
import { findStack, layOut, nodeName, stackOf } from './flame-view.ts';
import { isNamed, nameReference, stackReference } from './reference.ts';
import { sandwich } from './sandwich.ts';
import { search } from './search.ts';

const TEMPLATE = `std::function<${'std::pair<int, std::string>, '.repeat(40)}void>`;

describe('a name in an address', () => {
  it.each(['main', 'خدمة', '"quoted"', 'a…#b', ' '])('is itself: %s', (name) => {
    expect(nameReference(name)).toBe(name);
    expect(isNamed(name, name)).toBe(true);
  });

  it('that is long is its beginning and a hash', () => {
    const reference = nameReference(TEMPLATE);
    expect(reference).toMatch(/^std::function<std::pair<.*…#[0-9a-z]+$/);
    expect(reference.length).toBeLessThan(100);
    expect(isNamed(TEMPLATE, reference)).toBe(true);
    expect(isNamed(`${TEMPLATE} const`, reference)).toBe(false);
    expect(isNamed('main', reference)).toBe(false);
  });

  it('that is empty is a hash', () => {
    expect(nameReference('')).toMatch(/^…#/);
    expect(isNamed('', nameReference(''))).toBe(true);
  });

  it('never holds control characters or half an emoji', () => {
    expect(nameReference('a\tb')).toMatch(/^a b…#/);
    expect(nameReference('x'.repeat(59) + '📷'.repeat(100))).toMatch(/^x{59}…#/);
  });

  it('finds what is searched for by name, and put in the middle of a sandwich', () => {
    const tree = treeFromFolded(`main;${TEMPLATE};leaf 3\nmain 1`);
    const { matches, names } = search(tree.names, `"${nameReference(TEMPLATE)}"`);
    expect(names).toBe(1);
    expect(matches![tree.names.indexOf(TEMPLATE)]).toBe(1);
    expect(sandwich(tree, nameReference(TEMPLATE)).total[0]).toBe(3);
  });
});

describe('a stack trace in an address', () => {
  const deep = Array.from({ length: 1_000 }, (_, at) => `walk${at % 3}`);
  const view = layOut(treeFromFolded([`${deep.join(';')} 5`, `main;${TEMPLATE} 2`].join('\n')));

  it('is its frames', () => {
    expect(stackReference(['main', 'parse'])).toEqual(['main', 'parse']);
    const reference = stackReference(['main', TEMPLATE]);
    expect(nodeName(view, findStack(view, reference)!)).toBe(TEMPLATE);
  });

  it.each([400, 999, 1_000])('that is %i frames deep is found by one short text', (depth) => {
    const stack = deep.slice(0, depth);
    const reference = stackReference(stack);
    expect(reference).toHaveLength(1);
    expect(reference[0]!.length).toBeLessThan(30);
    expect(stackOf(view, findStack(view, reference)!)).toEqual(stack);
  });

  it('that is not there is not found', () => {
    const reference = stackReference([...deep.slice(0, 500), 'main']);
    expect(findStack(view, reference)).toBeUndefined();
  });
});
