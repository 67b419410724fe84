import { Menu, X } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useLocation } from 'react-router';
import { NAVIGATION } from './navigation.ts';
import { Sidebar } from './sidebar.tsx';

/** The host's frame: sidebar and page; on a narrow screen the sidebar is a drawer behind a button. */
export function ShellLayout({ children }: { readonly children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const menuButton = useRef<HTMLButtonElement>(null);
  const drawer = useRef<HTMLDivElement>(null);
  const { pathname } = useLocation();
  const title = titleOf(pathname);

  useEffect(() => {
    document.title = title === undefined ? 'HSI' : `${title} · HSI`;
  }, [title]);

  const close = () => setOpen(false);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (open) drawer.current?.querySelector<HTMLElement>('button, a')?.focus();
    // Only now: until the drawer has closed the button is inert.
    else if (wasOpen.current) menuButton.current?.focus();
    wasOpen.current = open;
  }, [open]);

  useEffect(() => {
    if (!open) return undefined;
    // A screen that becomes wide has its sidebar: a drawer nobody sees must not hold the page.
    const wide = window.matchMedia('(min-width: 48rem)');
    const closeWhenWide = () => wide.matches && setOpen(false);
    wide.addEventListener('change', closeWhenWide);
    return () => wide.removeEventListener('change', closeWhenWide);
  }, [open]);

  return (
    <div className="flex h-full flex-col md:flex-row">
      <a
        href="#main"
        inert={open}
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded focus:bg-gray-800 focus:px-3 focus:py-2"
      >
        Skip to content
      </a>
      <header
        inert={open}
        className="flex items-center gap-2 border-b border-gray-800 p-2 md:hidden"
      >
        <button
          ref={menuButton}
          type="button"
          aria-label="Open navigation"
          aria-expanded={open}
          onClick={() => setOpen(true)}
          className="rounded-md p-2 hover:bg-gray-800"
        >
          <Menu className="size-5" aria-hidden />
        </button>
        <span className="font-semibold text-gray-100">HSI</span>
        {title !== undefined && <span className="text-gray-400">{title}</span>}
      </header>

      <aside
        inert={open}
        className="hidden w-56 shrink-0 overflow-y-auto border-r border-gray-800 md:block"
      >
        <Sidebar />
      </aside>
      {open && (
        <div
          ref={drawer}
          role="dialog"
          aria-modal="true"
          aria-label="Navigation"
          className="fixed inset-0 z-40 flex md:hidden"
          onKeyDown={(event) => event.key === 'Escape' && close()}
        >
          <div className="w-64 max-w-[80%] overflow-y-auto border-r border-gray-800 bg-page">
            <button
              type="button"
              aria-label="Close navigation"
              onClick={close}
              className="m-2 rounded-md p-2 hover:bg-gray-800"
            >
              <X className="size-5" aria-hidden />
            </button>
            <Sidebar onNavigate={close} />
          </div>
          <div className="flex-1 bg-black/60" onClick={close} aria-hidden data-testid="backdrop" />
        </div>
      )}

      <main id="main" tabIndex={-1} inert={open} className="min-h-0 min-w-0 flex-1 overflow-auto">
        {children}
      </main>
    </div>
  );
}

function titleOf(pathname: string): string | undefined {
  return NAVIGATION.flatMap(({ items }) => items).find(
    ({ path }) => pathname === path || pathname.startsWith(`${path}/`),
  )?.label;
}
