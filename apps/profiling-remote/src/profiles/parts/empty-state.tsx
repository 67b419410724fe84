import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { usePageServices } from '../../page/page-services.tsx';
import { pyroscopeUrl } from '../../page/pyroscope-url.ts';
import { copyText } from '../../flame-graph/copy-text.ts';
import { useView } from '../data/view-context.tsx';
import { type Snippet, snippets } from '../model/snippets.ts';
import { DEFAULT_RANGE } from '../model/time-range.ts';
import { rangeTitle } from '../model/time-text.ts';
import { LastWeekButton } from './last-week-button.tsx';
import { BUTTON, MUTED, PANEL } from './look.ts';

/** No service has sent anything in the range: how to send the first profile, or a range that may have some. */
export function EmptyState() {
  const { state, patch, moment } = useView();
  const { range, now } = moment;
  const isLive = state.to === 'now';
  return (
    <section
      aria-label="No profiles yet"
      data-testid="profiles-empty"
      className={`${PANEL} pf:p-4`}
    >
      <div className="pf:flex pf:flex-wrap pf:items-start pf:justify-between pf:gap-3">
        <div className="pf:min-w-0">
          <h2 className="pf:font-medium">No profiles in this range ({rangeTitle(state, range)})</h2>
          <p className={`${MUTED} pf:mt-1`}>
            {isLive
              ? 'A service that starts now appears here within seconds. To send a first profile:'
              : range.from > now
                ? 'This range has not begun yet.'
                : 'What services send now will not appear in this range.'}
          </p>
        </div>
        <div className="pf:flex pf:flex-wrap pf:gap-2">
          {!isLive && (
            <button type="button" className={BUTTON} onClick={() => patch(DEFAULT_RANGE)}>
              Look at the last hour
            </button>
          )}
          <LastWeekButton />
        </div>
      </div>
      {isLive && <FirstProfile />}
    </section>
  );
}

function FirstProfile() {
  const { config } = usePageServices();
  const address = new URL(pyroscopeUrl(config.pyroscope_url), window.location.origin).href;
  const languages = snippets(address.replace(/\/$/, ''));
  const [language, setLanguage] = useState(languages[0]!.language);
  const snippet = languages.find((one) => one.language === language) ?? languages[0]!;
  return (
    <>
      <div role="group" aria-label="Language" className="pf:mt-3 pf:flex pf:flex-wrap pf:gap-2">
        {languages.map((one) => (
          <button
            key={one.language}
            type="button"
            className={BUTTON}
            aria-pressed={one.language === language}
            onClick={() => setLanguage(one.language)}
          >
            {one.language}
          </button>
        ))}
      </div>
      <SnippetBox key={snippet.language} snippet={snippet} />
    </>
  );
}

function SnippetBox({ snippet }: { readonly snippet: Snippet }) {
  const [outcome, setOutcome] = useState<'copied' | 'refused'>();
  const text = snippet.code;
  const copy = async () => setOutcome((await copyText(text)) ? 'copied' : 'refused');
  return (
    <div className="pf:relative pf:mt-3">
      <pre
        tabIndex={0}
        aria-label={`${snippet.language} example`}
        className="pf:overflow-x-auto pf:rounded-md pf:bg-black/40 pf:p-3 pf:text-xs pf:leading-5"
      >
        {text}
      </pre>
      <button
        type="button"
        className={`${BUTTON} pf:absolute pf:top-2 pf:right-2`}
        onClick={() => void copy()}
      >
        {outcome === 'copied' ? (
          <Check className="pf:size-4" aria-hidden />
        ) : (
          <Copy className="pf:size-4" aria-hidden />
        )}
        {outcome === 'copied' ? 'Copied' : 'Copy'}
      </button>
      <span role="status" className={MUTED}>
        {outcome === 'refused' && 'The browser refused to copy; select the text instead.'}
      </span>
    </div>
  );
}
