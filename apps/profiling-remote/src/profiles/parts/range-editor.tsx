import { type TimeRange } from '@hsi/profile-model';
import { type ReactNode, useState } from 'react';
import {
  RELATIVE_UNITS,
  type RangeText,
  type RelativeUnit,
  absoluteRange,
  relativeLength,
} from '../model/time-range.ts';
import { fromLocalInput, toLocalInput } from '../model/time-text.ts';
import { BUTTON, FIELD, PROBLEM } from './look.ts';

export interface RangeEditorProps {
  readonly text: RangeText;
  readonly range: TimeRange;
  readonly onApply: (text: RangeText) => void;
  readonly onCancel: () => void;
}

/**
 * Any range: two times, or a length that ends now. Escape leaves it as it was. It lies over what is
 * below the controls, so that nothing moves.
 */
export function RangeEditor(props: RangeEditorProps) {
  return (
    <div
      role="group"
      aria-label="Time range"
      className="pf:absolute pf:top-full pf:right-0 pf:left-0 pf:z-30 pf:mt-2 pf:flex pf:flex-wrap pf:items-end pf:gap-x-6 pf:gap-y-3 pf:rounded-lg pf:border pf:border-gray-600 pf:bg-gray-900 pf:p-3 pf:shadow-lg"
      onKeyDown={(event) => event.key === 'Escape' && props.onCancel()}
    >
      <TwoTimes {...props} />
      <LengthUntilNow {...props} />
    </div>
  );
}

function TwoTimes({ text, range, onApply }: RangeEditorProps) {
  const [from, setFrom] = useState(toLocalInput(range.from));
  const [to, setTo] = useState(toLocalInput(range.to));
  const [untilNow, setUntilNow] = useState(text.to === 'now');
  const start = fromLocalInput(from);
  const end = untilNow ? range.to : fromLocalInput(to);
  const problem =
    start === undefined || end === undefined
      ? 'Give both times.'
      : start >= end
        ? 'The range must start before it ends.'
        : undefined;
  const apply = () => {
    if (start === undefined || end === undefined) return;
    const fixed = absoluteRange({ from: start, to: end });
    onApply(untilNow ? { from: fixed.from, to: 'now' } : fixed);
  };
  return (
    <RangeForm action="Apply" problem={problem} onSubmit={apply}>
      <TimeField label="From" value={from} onChange={setFrom} disabled={false} />
      <TimeField label="To" value={to} onChange={setTo} disabled={untilNow} />
      <label className="pf:flex pf:h-8 pf:items-center pf:gap-1.5 pf:text-sm">
        <input
          type="checkbox"
          checked={untilNow}
          onChange={(event) => setUntilNow(event.target.checked)}
        />
        until now
      </label>
    </RangeForm>
  );
}

const LONGEST = 999;

function LengthUntilNow({ text, onApply }: RangeEditorProps) {
  const shown = relativeLength(text);
  const [amount, setAmount] = useState(String(shown?.amount ?? 15));
  const [unit, setUnit] = useState<RelativeUnit>(shown?.unit ?? 'm');
  const isLength = /^\d+$/.test(amount) && Number(amount) >= 1 && Number(amount) <= LONGEST;
  return (
    <RangeForm
      action="Show"
      problem={isLength ? undefined : `Give a whole number from 1 to ${LONGEST}.`}
      onSubmit={() => onApply({ from: `now-${Number(amount)}${unit}`, to: 'now' })}
    >
      <label className="pf:flex pf:flex-col pf:gap-1 pf:text-xs pf:text-gray-400">
        Or the last
        <input
          type="number"
          min={1}
          max={LONGEST}
          className={`${FIELD} pf:w-20`}
          value={amount}
          aria-invalid={!isLength}
          onChange={(event) => setAmount(event.target.value)}
        />
      </label>
      <select
        aria-label="Unit"
        className={FIELD}
        value={unit}
        onChange={({ target: { value } }) => setUnit(value as RelativeUnit)}
      >
        {Object.entries(RELATIVE_UNITS).map(([letter, name]) => (
          <option key={letter} value={letter}>
            {name}
          </option>
        ))}
      </select>
    </RangeForm>
  );
}

/** One way to give a range: it can be submitted when nothing is wrong with it. */
function RangeForm(props: {
  readonly action: string;
  readonly problem: string | undefined;
  readonly onSubmit: () => void;
  readonly children: ReactNode;
}) {
  const { action, problem, onSubmit, children } = props;
  return (
    <form
      noValidate
      className="pf:flex pf:flex-wrap pf:items-end pf:gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === undefined) onSubmit();
      }}
    >
      {children}
      <button type="submit" className={BUTTON} disabled={problem !== undefined}>
        {action}
      </button>
      {problem !== undefined && (
        <span role="alert" className={PROBLEM}>
          {problem}
        </span>
      )}
    </form>
  );
}

function TimeField(props: {
  readonly label: string;
  readonly value: string;
  readonly disabled: boolean;
  readonly onChange: (value: string) => void;
}) {
  return (
    <label className="pf:flex pf:flex-col pf:gap-1 pf:text-xs pf:text-gray-400">
      {props.label}
      <input
        type="datetime-local"
        step="1"
        className={FIELD}
        value={props.value}
        disabled={props.disabled}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </label>
  );
}
