/** What browsers have and the servers' expressions (RE2) have not. */
const NOT_RE2 = /\(\?(?:=|!|<=|<!)|\\[1-9]/;

/**
 * Why the pattern is no regular expression for a profile server, as the end of "an expression that …"; undefined
 * when nothing is known against it. Servers read RE2, which a browser cannot compile: what only RE2
 * has is put in the browser's form first, and the server has the last word.
 */
export function regexProblem(pattern: string): string | undefined {
  const inBrowsers = forBrowsers(pattern);
  const bare = inBrowsers.replace(/\\\D/gs, '').replace(/\[\^?\]?[^\]]*\]/g, '');
  if (NOT_RE2.test(bare)) {
    return 'looks ahead, behind or back, which RE2, the form that servers read, cannot';
  }
  try {
    new RegExp(inBrowsers);
    return undefined;
  } catch {
    return 'does not compile';
  }
}

function forBrowsers(pattern: string): string {
  return pattern
    .replace(/\\Q([^]*?)(?:\\E|$)/g, (_, literal: string) =>
      literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    )
    .replace(/\(\?P</g, '(?<')
    .replace(/\(\?[imsU]*(?:-[imsU]+)?\)/g, '')
    .replace(/\(\?[imsU]+(?:-[imsU]+)?:|\(\?-[imsU]+:/g, '(?:');
}
