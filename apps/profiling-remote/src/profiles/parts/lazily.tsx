import { type ComponentType, lazy } from 'react';

/**
 * A part whose code is loaded when it is first shown. Code that cannot be loaded (the server is
 * away, or a new version has replaced it) costs that part, not the view around it.
 */
export function lazily<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  return lazy(async () => {
    try {
      return { default: await load() };
    } catch {
      return { default: NotLoaded };
    }
  });
}

function NotLoaded() {
  return (
    <p role="alert" className="pf:p-3 pf:text-sm pf:text-gray-400">
      This part could not be loaded. Reload the page when the server is back.
    </p>
  );
}
