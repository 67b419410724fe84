import { AlertCircle, type LucideIcon } from 'lucide-react';
import { type ReactNode } from 'react';

interface PageFrameProps {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly subtitle: string;
  /** A sentence while something does not work; what was there stays below it. */
  readonly problem: string | undefined;
  readonly children: ReactNode;
  readonly testId: string;
}

/** Heading, banner and width that the host's own pages share. */
export function PageFrame(props: PageFrameProps) {
  const { icon: Icon, title, subtitle, problem, children, testId } = props;
  return (
    <div className="flex flex-col gap-5 p-4 sm:p-6" data-testid={testId}>
      <header>
        <h1 className="flex items-center gap-3 text-2xl font-semibold text-gray-100">
          <Icon className="size-6 text-accent" aria-hidden />
          {title}
        </h1>
        <p className="mt-1 text-sm text-gray-400">{subtitle}</p>
      </header>
      {/* Always there, so that a screen reader hears what appears in it; without a gap while empty. */}
      <div role="status" className="empty:-mt-5">
        {problem !== undefined && (
          <p
            className="flex items-start gap-2 rounded-md border border-yellow-700/60 bg-yellow-900/20 px-3 py-2 text-sm text-yellow-200"
            data-testid="page-problem"
          >
            <AlertCircle className="mt-0.5 size-4 shrink-0" aria-hidden />
            {problem}
          </p>
        )}
      </div>
      {children}
    </div>
  );
}
