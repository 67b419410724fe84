import { AlertCircle, Info, X } from 'lucide-react';
import { useState } from 'react';

/** Said when the backend gives no configuration. The text is part of the page's specification. */
export function ConfigBanner() {
  return (
    <div
      role="alert"
      data-testid="pyroscope-error"
      className="pf:mx-6 pf:max-sm:mx-3 pf:mt-3 pf:flex pf:items-center pf:gap-2 pf:rounded-md pf:border pf:border-yellow-700 pf:bg-yellow-900/30 pf:px-4 pf:py-2 pf:text-sm pf:text-yellow-300"
    >
      <AlertCircle className="pf:size-4 pf:shrink-0" aria-hidden />
      <span>Failed to load configuration. Using default Grafana URL.</span>
    </div>
  );
}

/** Sentences that the person can put away; another set of sentences shows again. */
export function Notices({ notices }: { readonly notices: readonly string[] }) {
  const [dismissed, setDismissed] = useState('');
  const key = notices.join('\n');
  if (notices.length === 0 || dismissed === key) return null;
  return (
    <div
      role="status"
      data-testid="page-notices"
      className="pf:mx-6 pf:max-sm:mx-3 pf:mt-3 pf:flex pf:items-start pf:gap-2 pf:rounded-md pf:border pf:border-gray-700 pf:bg-gray-900 pf:px-4 pf:py-2 pf:text-sm pf:text-gray-200"
    >
      <Info className="pf:mt-0.5 pf:size-4 pf:shrink-0" aria-hidden />
      <ul className="pf:min-w-0 pf:flex-1 pf:break-words">
        {notices.map((notice) => (
          <li key={notice}>{notice}</li>
        ))}
      </ul>
      <button
        type="button"
        aria-label="Dismiss"
        className="pf:rounded pf:p-0.5 pf:text-gray-400 pf:hover:text-white"
        onClick={() => setDismissed(key)}
      >
        <X className="pf:size-4" aria-hidden />
      </button>
    </div>
  );
}
