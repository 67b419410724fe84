import { dashboardUrl, exploreUrl } from '@hsi/grafana-url';
import { Activity, Compass, ExternalLink, Flame, RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { type GrafanaStatus } from '../ladder/grafana-status.ts';
import { type Grafana } from '../ladder/use-grafana.ts';
import { formatPageState } from '../state/page-state-url.ts';
import { type PageState } from '../state/page-state.ts';
import { ActionLink, CONTROL } from './controls.tsx';
import { usePageServices } from './page-services.tsx';
import { pyroscopeUrl } from './pyroscope-url.ts';
import { type Refresh } from './use-refresh.ts';
import { grafanaSelection } from './selection.ts';

const EXPLORE_NEEDS_EDITOR =
  'Explore needs the role Editor in Grafana, so Grafana would send you to its home page.';

export interface PageHeaderProps {
  readonly base: string;
  readonly grafana: Grafana;
  readonly state: PageState;
  readonly refresh: Pick<Refresh, 'busy' | 'press'>;
}

/** The page's title and its four actions. */
export function PageHeader({ base, grafana, state, refresh }: PageHeaderProps) {
  const { config, context } = usePageServices();
  const [asksAboutExplore, setAsksAboutExplore] = useState(false);
  const { status } = grafana;
  const selection = grafanaSelection(state);
  const isHere = status === undefined || !['not-configured', 'away'].includes(status.kind);
  const search = context.location.get().search;
  const native = context.basename + formatPageState({ ...state, view: 'profiles' }, search);
  const needsEditor = isHere && grafana.mayExplore === false;
  return (
    <header className="pf:border-b pf:border-gray-800 pf:px-6 pf:py-3 pf:max-sm:px-3">
      <div className="pf:flex pf:flex-wrap pf:items-center pf:justify-between pf:gap-3">
        <h1 className="pf:flex pf:items-center pf:gap-3 pf:text-2xl pf:font-semibold pf:text-white">
          <Flame className="pf:size-7 pf:text-accent" aria-hidden />
          Profiling
        </h1>
        <div className="pf:flex pf:flex-wrap pf:items-center pf:gap-2 pf:max-sm:gap-1.5">
          <ActionLink
            testId="grafana-external-link"
            icon={ExternalLink}
            href={isHere ? dashboardUrl(base, selection) : undefined}
            hint={isHere ? undefined : status?.sentence}
          >
            Open in Grafana
          </ActionLink>
          <SettingLink status={status} />
          <ActionLink
            testId="explore-link"
            icon={Compass}
            href={isHere ? exploreUrl(base, selection) : native}
            hint={
              needsEditor
                ? EXPLORE_NEEDS_EDITOR
                : isHere
                  ? undefined
                  : 'Opens the native view with the current selection.'
            }
            onClick={(event) => {
              if (!needsEditor || event.ctrlKey || event.metaKey || event.shiftKey) return;
              event.preventDefault();
              setAsksAboutExplore(true);
            }}
          >
            Explore
          </ActionLink>
          <ActionLink
            testId="pyroscope-external-link"
            icon={Activity}
            href={pyroscopeUrl(config.pyroscope_url)}
          >
            Open Pyroscope
          </ActionLink>
          <button
            type="button"
            data-testid="pyroscope-refresh-button"
            className={CONTROL}
            disabled={refresh.busy}
            aria-busy={refresh.busy}
            onClick={refresh.press}
          >
            <RefreshCw
              className={refresh.busy ? 'pf:size-4 pf:animate-spin' : 'pf:size-4'}
              aria-hidden
            />
            Refresh
          </button>
        </div>
      </div>
      {asksAboutExplore && needsEditor && (
        <ExploreQuestion
          base={base}
          explore={exploreUrl(base, selection)}
          native={native}
          onClose={() => setAsksAboutExplore(false)}
        />
      )}
    </header>
  );
}

/** Beside the disabled "Open in Grafana": where to change that. */
function SettingLink({ status }: { readonly status: GrafanaStatus | undefined }) {
  if (status?.kind !== 'not-configured' || status.wayOut?.href === undefined) return null;
  return (
    <a
      data-testid="grafana-setting-link"
      className="pf:text-sm pf:text-gray-300 pf:underline pf:hover:text-white"
      href={status.wayOut.href}
      target="_blank"
      rel="noopener noreferrer"
    >
      {status.wayOut.text}
    </a>
  );
}

function ExploreQuestion(props: {
  readonly base: string;
  readonly explore: string;
  readonly native: string;
  readonly onClose: () => void;
}) {
  const ways = [
    { text: 'Explore in the native view', href: props.native },
    { text: 'Sign in to Grafana', href: `${props.base}/login` },
    { text: 'Open Grafana anyway', href: props.explore },
  ];
  return (
    <div
      role="alert"
      data-testid="explore-notice"
      className="pf:mt-3 pf:flex pf:flex-wrap pf:items-center pf:gap-x-4 pf:gap-y-2 pf:rounded-md pf:border pf:border-gray-700 pf:bg-gray-900 pf:px-3 pf:py-2 pf:text-sm pf:text-gray-200"
    >
      <span>{EXPLORE_NEEDS_EDITOR}</span>
      {ways.map(({ text, href }) => (
        <a
          key={text}
          href={href}
          target="_blank"
          rel="noopener noreferrer"
          className="pf:text-accent pf:underline"
          onClick={props.onClose}
        >
          {text}
        </a>
      ))}
      <button type="button" className="pf:text-gray-400 pf:underline" onClick={props.onClose}>
        Dismiss
      </button>
    </div>
  );
}
