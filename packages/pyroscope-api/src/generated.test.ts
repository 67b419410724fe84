import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** The files of a folder by their paths below it. */
function files(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    names.map((name) => [name.slice(folder.length), readFileSync(name, 'utf8')]),
  );
}

test('the generated code is that of the protos (else: npm run generate)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'generated-'));
  try {
    const template = readFileSync(join(ROOT, 'buf.gen.yaml'), 'utf8').replace(
      /out: .*/,
      `out: ${folder}`,
    );
    writeFileSync(join(folder, 'buf.gen.yaml'), template);
    const buf = join(
      dirname(createRequire(import.meta.url).resolve('@bufbuild/buf/package.json')),
      'bin',
      'buf',
    );
    execFileSync(process.execPath, [buf, 'generate', '--template', join(folder, 'buf.gen.yaml')], {
      cwd: ROOT,
      env: { ...process.env, PATH: `${join(ROOT, '../../node_modules/.bin')}:${process.env.PATH}` },
    });
    rmSync(join(folder, 'buf.gen.yaml'));
    expect(files(folder)).toEqual(files(join(ROOT, 'src/generated')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
