// A small application for `without-native.test.ts`: run with --no-addons.
import { startProfiler, withProfilingLabels } from '../index.ts';

const profiler = startProfiler({ applicationName: 'app', serverAddress: 'http://127.0.0.1:9' });
const answer = await withProfilingLabels({ model: 'x' }, async () => {
  await Promise.resolve();
  return 42;
});
await profiler.flush();
await profiler.stop();
process.stdout.write(JSON.stringify({ active: profiler.active, answer }));
