import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('warns once and works when the native part cannot be loaded', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--no-addons', '--import', 'tsx', join(import.meta.dirname, 'testing/app-without-native.ts')],
    { encoding: 'utf8', timeout: 15_000, cwd: import.meta.dirname },
  );
  expect({ status, stdout }).toEqual({ status: 0, stdout: '{"active":false,"answer":42}' });
  expect(stderr.match(/ProfilerWarning: .*/g)).toEqual([
    expect.stringContaining(
      `the native sampler (@datadog/pprof) has no binary for ${process.platform}-${process.arch}`,
    ),
  ]);
});
