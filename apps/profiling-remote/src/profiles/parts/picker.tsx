import { type ReactNode, useId } from 'react';
import { FIELD } from './look.ts';

export interface PickerProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly disabled?: boolean;
  readonly narrow?: boolean;
  /** Why it is disabled, or what to know about it. */
  readonly hint?: string | undefined;
  /** `<option>` elements. */
  readonly children: ReactNode;
}

/** A labelled list to choose one from. */
export function Picker({ label, value, onChange, disabled, narrow, hint, children }: PickerProps) {
  const id = useId();
  return (
    <div className="pf:flex pf:min-w-0 pf:flex-col pf:gap-1">
      <label htmlFor={id} className="pf:text-xs pf:text-gray-400">
        {label}
      </label>
      <select
        id={id}
        className={`${FIELD} pf:max-sm:w-full ${narrow === true ? 'pf:w-20' : 'pf:w-38'}`}
        value={value}
        disabled={disabled}
        title={hint}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(event) => onChange(event.target.value)}
      >
        {children}
      </select>
      {hint !== undefined && (
        <span id={`${id}-hint`} className="pf:sr-only">
          {hint}
        </span>
      )}
    </div>
  );
}
