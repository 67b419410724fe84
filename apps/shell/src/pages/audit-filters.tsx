import { AUDIT_ACTIONS, AUDIT_RESULTS } from '@hsi/backend-api';
import { MODELS } from '@hsi/model-zoo-catalog';
import { type ReactNode, useId, useState } from 'react';
import { type AuditFilter, type FilterName, fromLocalTime, toLocalTime } from './audit-address.ts';

interface AuditFiltersProps {
  readonly filter: AuditFilter;
  /** Sets one filter; an empty value takes it away. */
  readonly onChange: (name: FilterName, value: string) => void;
  readonly onClear: () => void;
}

const FIELD =
  'h-9 min-w-0 rounded-md border border-gray-700 bg-gray-800 px-2 py-1.5 text-sm text-gray-200';
const ACTORS = ['browser', 'token', 'zoo', 'demo'];

/** What the list is narrowed by. */
export function AuditFilters({ filter, onChange, onClear }: AuditFiltersProps) {
  const models = MODELS.map(({ name }) => name);
  return (
    <form
      aria-label="Filters"
      onSubmit={(event) => event.preventDefault()}
      className="grid grid-cols-2 items-end gap-3 sm:flex sm:flex-wrap"
    >
      <Choice label="Model" name="model" of={models} filter={filter} onChange={onChange} />
      <Choice label="Action" name="action" of={AUDIT_ACTIONS} filter={filter} onChange={onChange} />
      <Choice label="Result" name="result" of={AUDIT_RESULTS} filter={filter} onChange={onChange} />
      <Actor value={filter.actor ?? ''} onChange={onChange} />
      <Moment label="From" name="from" filter={filter} onChange={onChange} />
      <Moment label="To" name="to" filter={filter} onChange={onChange} />
      {Object.values(filter).some((value) => value !== undefined) && (
        <button
          type="button"
          onClick={onClear}
          className="h-9 rounded-md bg-gray-800 px-3 text-sm text-gray-200 hover:bg-gray-700"
        >
          Clear filters
        </button>
      )}
    </form>
  );
}

interface FieldProps extends Pick<AuditFiltersProps, 'filter' | 'onChange'> {
  readonly label: string;
  readonly name: FilterName;
}

function Choice({ label, name, of, filter, onChange }: FieldProps & { of: readonly string[] }) {
  const value = filter[name] ?? '';
  // The log also has names that the catalog does not; an address may ask for one.
  const options = value === '' || of.includes(value) ? of : [...of, value];
  return (
    <Labelled label={label}>
      {(id) => (
        <select
          id={id}
          value={value}
          onChange={(event) => onChange(name, event.target.value)}
          className={FIELD}
        >
          <option value="">All</option>
          {options.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

/** Any name: callers with the token may call themselves what they like. */
function Actor({ value, onChange }: { value: string } & Pick<FieldProps, 'onChange'>) {
  // What is being typed, while the field has the focus.
  const [draft, setDraft] = useState<string>();
  const listId = useId();
  const commit = () => {
    const name = draft?.trim();
    if (name !== undefined && name !== value) onChange('actor', name);
  };
  return (
    <Labelled label="By">
      {(id) => (
        <>
          <input
            id={id}
            list={listId}
            value={draft ?? value}
            maxLength={64}
            placeholder="Anybody"
            onChange={({ target }) => {
              setDraft(target.value);
              // Picked from the list, or as good as: nothing more is awaited.
              if (ACTORS.includes(target.value)) onChange('actor', target.value);
            }}
            onBlur={() => {
              commit();
              setDraft(undefined);
            }}
            onKeyDown={(event) => event.key === 'Enter' && commit()}
            className={`${FIELD} sm:w-28`}
          />
          <datalist id={listId}>
            {ACTORS.map((actor) => (
              <option key={actor} value={actor} />
            ))}
          </datalist>
        </>
      )}
    </Labelled>
  );
}

function Moment({ label, name, filter, onChange }: FieldProps) {
  const [draft, setDraft] = useState<string>();
  return (
    <Labelled label={label}>
      {(id) => (
        <input
          id={id}
          type="datetime-local"
          value={draft ?? toLocalTime(filter[name])}
          onChange={({ target }) => {
            setDraft(target.value);
            if (isWhole(target)) onChange(name, fromLocalTime(target.value));
          }}
          onBlur={() => setDraft(undefined)}
          className={FIELD}
        />
      )}
    </Labelled>
  );
}

/** Half-filled a field is empty, and on the way to 2026 it is of the years 2, 20 and 202. */
function isWhole({ value, validity }: HTMLInputElement): boolean {
  return value === '' ? !validity.badInput : value >= '1971';
}

function Labelled(props: { label: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-xs text-gray-400">
        {props.label}
      </label>
      {props.children(id)}
    </div>
  );
}
