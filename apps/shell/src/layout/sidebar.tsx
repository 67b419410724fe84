import { ChevronDown, ShieldCheck } from 'lucide-react';
import { useId, useState } from 'react';
import { NavLink } from 'react-router';
import { NAVIGATION, type NavigationGroup } from './navigation.ts';

/** The host's navigation. `onNavigate` is called when an item is chosen. */
export function Sidebar({ onNavigate }: { readonly onNavigate?: () => void }) {
  return (
    <nav aria-label="Main" className="flex flex-col gap-4 p-3" data-testid="sidebar">
      <div className="flex items-center gap-2 px-2 py-1.5 font-semibold text-gray-100">
        <ShieldCheck className="size-5 text-accent" aria-hidden />
        HSI
      </div>
      {NAVIGATION.map((group) => (
        <Group key={group.label} group={group} {...(onNavigate && { onNavigate })} />
      ))}
    </nav>
  );
}

interface GroupProps {
  readonly group: NavigationGroup;
  readonly onNavigate?: () => void;
}

function Group({ group, onNavigate }: GroupProps) {
  const [expanded, setExpanded] = useState(true);
  const listId = useId();
  return (
    <div>
      <button
        type="button"
        aria-expanded={expanded}
        aria-controls={listId}
        onClick={() => setExpanded(!expanded)}
        className="flex w-full items-center justify-between rounded px-2 py-1 text-xs font-semibold tracking-wider text-gray-400 uppercase hover:text-gray-200"
      >
        {group.label}
        <ChevronDown
          className={`size-4 transition-transform ${expanded ? '' : '-rotate-90'}`}
          aria-hidden
        />
      </button>
      <ul id={listId} hidden={!expanded} className="mt-1 flex flex-col gap-0.5">
        {group.items.map(({ label, path, icon: Icon }) => (
          <li key={path}>
            <NavLink
              to={path}
              onClick={onNavigate}
              className={({ isActive }) =>
                `flex items-center gap-3 rounded-md px-3 py-2 text-sm ${
                  isActive
                    ? 'bg-gray-800 font-medium text-white'
                    : 'text-gray-300 hover:bg-gray-800/60 hover:text-white'
                }`
              }
            >
              {({ isActive }) => (
                <>
                  <Icon
                    className={`size-4 shrink-0 ${isActive ? 'text-accent' : ''}`}
                    aria-hidden
                  />
                  {label}
                </>
              )}
            </NavLink>
          </li>
        ))}
      </ul>
    </div>
  );
}
