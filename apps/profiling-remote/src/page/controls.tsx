import { type ComponentType, type ReactNode } from 'react';

/** How the page's links and buttons look. */
export const CONTROL =
  'pf:inline-flex pf:h-8.5 pf:items-center pf:gap-2 pf:rounded-md pf:border pf:border-gray-700 ' +
  'pf:bg-gray-800 pf:px-3 pf:max-sm:px-2 pf:text-sm pf:font-medium pf:whitespace-nowrap pf:text-gray-100 pf:no-underline ' +
  'pf:hover:bg-gray-700 pf:disabled:cursor-not-allowed pf:disabled:opacity-60 ' +
  'pf:aria-disabled:cursor-not-allowed pf:aria-disabled:opacity-60 pf:aria-disabled:hover:bg-gray-800';

export type Icon = ComponentType<{ className?: string; 'aria-hidden'?: boolean }>;

export interface ActionLinkProps {
  readonly testId: string;
  readonly icon: Icon;
  /** Undefined: the link is disabled. */
  readonly href: string | undefined;
  readonly children: ReactNode;
  /** Why the link is disabled, or what to know before following it. */
  readonly hint?: string | undefined;
  readonly onClick?: (event: React.MouseEvent) => void;
}

/** A link of the header: opens a new tab, or is disabled with its reason. */
export function ActionLink({ testId, icon: Icon, href, children, hint, onClick }: ActionLinkProps) {
  const hintId = hint === undefined ? undefined : `${testId}-hint`;
  return (
    <>
      <a
        data-testid={testId}
        className={CONTROL}
        title={hint}
        aria-describedby={hintId}
        onClick={onClick}
        {...(href === undefined
          ? { role: 'link', 'aria-disabled': true, tabIndex: 0 }
          : { href, target: '_blank', rel: 'noopener noreferrer' })}
      >
        <Icon className="pf:size-4" aria-hidden />
        {children}
      </a>
      {hint !== undefined && (
        <span id={hintId} className="pf:sr-only">
          {hint}
        </span>
      )}
    </>
  );
}
