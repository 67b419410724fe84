import { expect, it } from 'vitest';
import { addTallies, playwrightTally, vitestTally } from './tally.mjs';

it('adds what passed and what failed', () => {
  const unit = vitestTally({ numPassedTests: 5, numFailedTests: 1, numFailedTestSuites: 1 });
  const e2e = playwrightTally({ stats: { expected: 7, unexpected: 1, flaky: 1 } });
  expect(addTallies([unit, e2e])).toEqual({ passed: 12, failed: 3 });
});

it('counts a file that broke before its first test', () => {
  expect(vitestTally({ numPassedTests: 3, numFailedTests: 0, numFailedTestSuites: 2 })).toEqual({
    passed: 3,
    failed: 2,
  });
});
