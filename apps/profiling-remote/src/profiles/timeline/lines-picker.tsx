import { useState } from 'react';
import { standardLines, type TimelineScope } from '../data/timeline.ts';
import { useAnswer } from '../data/use-answer.ts';
import { useView } from '../data/view-context.tsx';
import { filterableLabels } from '../model/filters.ts';
import { FIELD } from '../parts/look.ts';

export interface LinesPickerProps {
  readonly scope: TimelineScope;
  /** True when the service's models can be told apart. */
  readonly hasModels: boolean;
}

/** What the lines of one service stand for: its models, all of it, or the values of any label. */
export function LinesPicker({ scope, hasModels }: LinesPickerProps) {
  const { state, patch, questions } = useView();
  // The labels are not asked for before somebody comes near: they cost a request.
  const [wanted, setWanted] = useState(false);
  const found = useAnswer(questions.labels(scope.service, undefined, state.filters), wanted).data;
  const standard = standardLines(hasModels);
  const fixed = hasModels ? ['model', 'service_name'] : ['service_name'];
  const labels = filterableLabels(found ?? []).filter((name) => name !== 'model');
  const isListed = [...fixed, ...labels].includes(scope.by);
  return (
    <select
      aria-label="Lines of the timeline"
      className={`${FIELD} pf:max-w-44`}
      value={scope.by}
      onPointerEnter={() => setWanted(true)}
      onFocus={() => setWanted(true)}
      onChange={({ target: { value } }) => patch({ by: value === standard ? undefined : value })}
    >
      {fixed.map((by) => (
        <option key={by} value={by}>
          {by === 'model' ? 'By model' : 'Total'}
        </option>
      ))}
      {!isListed && <option value={scope.by}>By {scope.by}</option>}
      {labels.map((name) => (
        <option key={name} value={name}>
          By {name}
        </option>
      ))}
    </select>
  );
}
