import { type TimeRange } from '@hsi/profile-model';
import { Clock } from 'lucide-react';
import { useState } from 'react';
import { RANGE_PRESETS, type RangeText, absoluteRange } from '../model/time-range.ts';
import {
  fromLocalInput,
  offsetText,
  rangeTitle,
  timeZoneName,
  toLocalInput,
} from '../model/time-text.ts';
import { BUTTON, FIELD, MUTED } from './look.ts';
import { Picker } from './picker.tsx';

const CUSTOM = 'custom';

export interface RangePickerProps {
  readonly text: RangeText;
  readonly range: TimeRange;
  readonly onChange: (text: RangeText) => void;
}

/** The time range: presets and any two times; says the time zone. */
export function RangePicker(props: RangePickerProps) {
  const { text, range, onChange } = props;
  const [editing, setEditing] = useState(false);
  const preset = RANGE_PRESETS.find(({ from, to }) => from === text.from && to === text.to);
  return (
    <div className="pf:flex pf:min-w-0 pf:flex-wrap pf:items-end pf:gap-2 pf:max-sm:order-1 pf:max-sm:col-span-2">
      <Picker
        label={`Time range · ${offsetText(range.to)}`}
        labelTitle={timeZoneName}
        value={preset?.from ?? CUSTOM}
        onChange={(value) => {
          const chosen = RANGE_PRESETS.find(({ from }) => from === value);
          if (chosen !== undefined) onChange({ from: chosen.from, to: chosen.to });
          else setEditing(true);
        }}
      >
        {RANGE_PRESETS.map(({ from, label }) => (
          <option key={from} value={from}>
            {label}
          </option>
        ))}
        <option value={CUSTOM}>{preset === undefined ? rangeTitle(text, range) : 'Custom…'}</option>
      </Picker>
      <button
        type="button"
        className={BUTTON}
        aria-expanded={editing}
        aria-label="Choose two times"
        title="Choose two times"
        onClick={() => setEditing(!editing)}
      >
        <Clock className="pf:size-4" aria-hidden />
      </button>
      {editing && (
        <RangeEditor
          key={`${text.from}|${text.to}`}
          text={text}
          range={range}
          onApply={(next) => {
            setEditing(false);
            onChange(next);
          }}
        />
      )}
    </div>
  );
}

interface RangeEditorProps {
  readonly text: RangeText;
  readonly range: TimeRange;
  readonly onApply: (text: RangeText) => void;
}

function RangeEditor({ text, range, onApply }: RangeEditorProps) {
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
  return (
    <form
      noValidate
      className="pf:flex pf:w-full pf:flex-wrap pf:items-end pf:gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (problem !== undefined || start === undefined || end === undefined) return;
        const fixed = absoluteRange({ from: start, to: end });
        onApply(untilNow ? { from: fixed.from, to: 'now' } : fixed);
      }}
    >
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
      <button type="submit" className={BUTTON} disabled={problem !== undefined}>
        Apply
      </button>
      {problem !== undefined && (
        <span role="alert" className={MUTED}>
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
