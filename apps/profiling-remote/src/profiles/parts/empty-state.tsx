import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { usePageServices } from '../../page/page-services.tsx';
import { useView } from '../data/view-context.tsx';
import { type Snippet, snippets } from '../model/snippets.ts';
import { rangeTitle } from '../model/time-text.ts';
import { BUTTON, MUTED, PANEL } from './look.ts';

const DEFAULT_ADDRESS = 'http://127.0.0.1:4040';
const WEEK = { from: 'now-7d', to: 'now' };

/** No service has sent anything in the range: how to send the first profile. */
export function EmptyState() {
  const { config } = usePageServices();
  const { state, patch, moment } = useView();
  const address = /^https?:/.test(config.pyroscope_url ?? '')
    ? config.pyroscope_url!
    : DEFAULT_ADDRESS;
  const languages = snippets(address.replace(/\/$/, ''));
  const [language, setLanguage] = useState(languages[0]!.language);
  const snippet = languages.find((one) => one.language === language) ?? languages[0]!;
  return (
    <section
      aria-label="No profiles yet"
      data-testid="profiles-empty"
      className={`${PANEL} pf:p-4`}
    >
      <h2 className="pf:font-medium">
        No profiles in this range ({rangeTitle(state, moment.range)})
      </h2>
      <p className={`${MUTED} pf:mt-1`}>
        A service that starts now appears here within seconds. To send a first profile:
      </p>
      <div role="group" aria-label="Language" className="pf:mt-3 pf:flex pf:flex-wrap pf:gap-2">
        {languages.map((one) => (
          <button
            key={one.language}
            type="button"
            className={`${BUTTON} pf:aria-pressed:border-accent`}
            aria-pressed={one.language === language}
            onClick={() => setLanguage(one.language)}
          >
            {one.language}
          </button>
        ))}
        {state.from !== WEEK.from && (
          <button type="button" className={`${BUTTON} pf:ml-auto`} onClick={() => patch(WEEK)}>
            Look at the last 7 days
          </button>
        )}
      </div>
      <SnippetBox key={snippet.language} snippet={snippet} />
    </section>
  );
}

function SnippetBox({ snippet }: { readonly snippet: Snippet }) {
  const [outcome, setOutcome] = useState<'copied' | 'refused'>();
  const text = `${snippet.install}\n\n${snippet.code}`;
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setOutcome('copied'),
      () => setOutcome('refused'),
    );
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
