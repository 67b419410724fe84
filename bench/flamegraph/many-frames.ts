import { type CallTree } from '@hsi/profile-model';
import { seededRandom } from '@hsi/test-kit';

/** A tree as a busy Node service has it: 4,000 names, wide at the root, some 30 rows. */
export function manyFrames(count: number): CallTree {
  const random = seededRandom(7);
  const names = ['total'];
  for (let at = 0; at < 4_000; at++) {
    const kind = random();
    if (kind < 0.3) names.push(`node:internal/part${at % 40}:function${at}:${at}`);
    else if (kind < 0.6) names.push(`/srv/app/node_modules/package${at % 60}/a.js:call${at}:${at}`);
    else if (kind < 0.7) names.push(`./src/file${at % 50}.mjs:(anonymous:L#${at}:C#7):${at}`);
    else names.push(`./src/file${at % 50}.mjs:doWork${at}:${at}`);
  }
  const name = new Int32Array(count);
  const parent = new Int32Array(count);
  const self = new Float64Array(count);
  const total = new Float64Array(count);
  parent[0] = -1;
  let depth = 0;
  for (let node = 1; node < count; node++) {
    // One deeper, or back up some frames: pre-order.
    let above = node - 1;
    if (random() > 0.55 || depth > 60) {
      const up = 1 + Math.floor(random() ** 3 * Math.min(depth, 30));
      for (let step = 0; step < up && above > 0; step++) above = parent[above]!;
      depth -= up;
    }
    depth = Math.max(0, depth) + 1;
    parent[node] = above;
    name[node] = 1 + Math.floor(random() ** 2 * 4_000);
    self[node] = Math.floor(random() ** 6 * 1e8);
  }
  total.set(self);
  for (let node = count - 1; node > 0; node--) total[parent[node]!]! += total[node]!;
  return { names, name, parent, self, total };
}
