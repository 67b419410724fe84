import { PyroscopeError } from '@hsi/pyroscope-api';

/** Why a question has no answer, in words for the page. */
export interface Failure {
  /** What happened, a sentence. */
  readonly what: string;
  /** What to do about it, a sentence. */
  readonly advice: string;
  /** True when asking again later may help, so that the page does it by itself. */
  readonly passing: boolean;
}

const PASSING_CODES = ['unavailable', 'deadline_exceeded', 'resource_exhausted', 'aborted'];

/** Puts an error into words. */
export function describeFailure(error: Error): Failure {
  if (!(error instanceof PyroscopeError)) {
    return {
      what: `The page could not read the answer: ${error.message}`,
      advice: 'Refresh, and report this if it stays.',
      passing: false,
    };
  }
  const passing = isPassing(error);
  switch (error.code) {
    case 'unavailable':
      // Without a status not even the server that passes the question on has answered.
      return {
        what:
          error.status > 0
            ? `The profile server does not answer (status ${error.status}).`
            : 'The page cannot reach the server that it asks for profiles.',
        advice: 'The page asks again every few seconds and goes on by itself when it is back.',
        passing,
      };
    case 'deadline_exceeded':
      return { what: error.message, advice: 'Choose a shorter time range.', passing };
    case 'invalid_argument':
      if (/time range exceeds the limit/i.test(error.message)) {
        return {
          what: `Pyroscope refuses a range this long: ${sentence(error.message)}`,
          advice: 'Choose a shorter range, or raise max_query_length in Pyroscope’s limits.',
          passing,
        };
      }
      return {
        what: `The profile server refused the question: ${sentence(error.message)}`,
        advice: 'Change or remove the filters, or choose another profile type.',
        passing,
      };
    case 'unauthenticated':
    case 'permission_denied':
      return {
        what: `The profile server refused access (status ${error.status}).`,
        advice: 'Give the gateway valid credentials (UPSTREAM_PYROSCOPE_AUTH).',
        passing,
      };
    case 'unimplemented':
      return {
        what: `The profile server does not know this question: ${sentence(error.message)}`,
        advice: 'A newer server may.',
        passing,
      };
    default:
      return {
        what: sentence(error.message),
        advice: 'Retry, or look at the server’s log.',
        passing,
      };
  }
}

/** True when the same question may be answered later: the server is away, busy or failed. */
export function isPassing(error: Error): boolean {
  if (!(error instanceof PyroscopeError)) return false;
  return PASSING_CODES.includes(error.code) || error.status >= 500;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
