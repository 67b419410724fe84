// The `ahead` script of the build: a host runs it while the page's code still loads. It has no DOM of
// its own and no dependencies that take long to evaluate.
import { querierCall } from '@hsi/pyroscope-api';
import { AHEAD_ATTRIBUTE, type AheadContext, parseAheadContext } from '@hsi/remote-contract';
import { expectsNative } from '../ladder/view-choice.ts';
import { parsePageState } from '../state/page-state-url.ts';
import { callKey, keepAnswers } from './answers.ts';
import { firstRequests } from './first-requests.ts';

/** Asks what the native view will ask first, unless the page will probably show Grafana. */
export function askAhead(told: AheadContext, now = Date.now()): void {
  const context = { ...told, search: told.search ?? window.location.search };
  const { state } = parsePageState(context.search, now);
  if (!expectsNative(state)) return;
  const server = { baseUrl: context.profilesUrl, tenant: context.tenant };
  const answers = new Map<string, Promise<Response>>();
  for (const { method, body } of firstRequests(state, now)) {
    const { url, init } = querierCall(server, method, body);
    const answer = fetch(url, init);
    // Whoever reads it hears of the failure.
    answer.catch(() => undefined);
    answers.set(callKey(url, init.body), answer);
  }
  keepAnswers({ now, context, answers });
}

const told = parseAheadContext(document.currentScript?.getAttribute(AHEAD_ATTRIBUTE));
if (told !== undefined) askAhead(told);
