import { type TimeRange } from '@hsi/profile-model';
import { Clock } from 'lucide-react';
import { useRef, useState } from 'react';
import { RANGE_PRESETS, type RangeText } from '../model/time-range.ts';
import { offsetText, rangeTitle, shortRangeTitle, timeZoneName } from '../model/time-text.ts';
import { BUTTON } from './look.ts';
import { Picker } from './picker.tsx';
import { RangeEditor } from './range-editor.tsx';

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
  const opener = useRef<HTMLButtonElement>(null);
  const close = () => {
    setEditing(false);
    // The editor goes away, and with it the place of a person who uses the keyboard.
    opener.current?.focus();
  };
  const preset = RANGE_PRESETS.find(({ from, to }) => from === text.from && to === text.to);
  return (
    <div className="pf:flex pf:min-w-0 pf:flex-wrap pf:items-end pf:gap-2 pf:max-sm:order-1 pf:max-sm:col-span-2">
      <Picker
        label={`Time range · ${offsetText(range.to)}`}
        labelTitle={timeZoneName}
        hint={preset === undefined ? rangeTitle(text, range) : undefined}
        width="pf:w-48"
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
        <option value={CUSTOM}>
          {preset === undefined ? shortRangeTitle(text, range) : 'Custom…'}
        </option>
      </Picker>
      <button
        ref={opener}
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
            close();
            onChange(next);
          }}
          onCancel={close}
        />
      )}
    </div>
  );
}
