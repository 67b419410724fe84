import { type ReactNode, useId } from 'react';
import { FIELD } from './look.ts';

export interface PickerProps {
  readonly label: string;
  /** What is shown when the label is pointed at; made then. */
  readonly labelTitle?: () => string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly disabled?: boolean;
  /** A class name; as wide as most by default. */
  readonly width?: string;
  /** Why it is disabled, or what to know about it. */
  readonly hint?: string | undefined;
  /** `<option>` elements. */
  readonly children: ReactNode;
}

/** A labelled list to choose one from. */
export function Picker(props: PickerProps) {
  const { label, labelTitle, value, onChange, disabled, width = 'pf:w-38', hint, children } = props;
  const id = useId();
  return (
    <div className="pf:flex pf:min-w-0 pf:flex-col pf:gap-1">
      <label
        htmlFor={id}
        className="pf:text-xs pf:text-gray-400"
        onPointerEnter={(event) => {
          if (labelTitle !== undefined) event.currentTarget.title = labelTitle();
        }}
      >
        {label}
      </label>
      <select
        id={id}
        className={`${FIELD} pf:max-sm:w-full ${width}`}
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
