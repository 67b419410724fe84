/** @typedef {{ passed: number, failed: number }} Tally */

/**
 * Sums tallies.
 * @param {readonly Tally[]} tallies
 * @returns {Tally}
 */
export function addTallies(tallies) {
  return tallies.reduce(
    (sum, { passed, failed }) => ({ passed: sum.passed + passed, failed: sum.failed + failed }),
    { passed: 0, failed: 0 },
  );
}

/**
 * Counts a report of Vitest's `json` reporter. A file that failed before any test counts as one.
 * @param {{ numPassedTests: number, numFailedTests: number, numFailedTestSuites: number }} report
 * @returns {Tally}
 */
export function vitestTally(report) {
  const brokenFiles = report.numFailedTests === 0 ? report.numFailedTestSuites : 0;
  return { passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles };
}

/**
 * Counts a report of Playwright's `json` reporter. A test that passed only on a retry failed.
 * @param {{ stats: { expected: number, unexpected: number, flaky: number } }} report
 * @returns {Tally}
 */
export function playwrightTally({ stats }) {
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky };
}
