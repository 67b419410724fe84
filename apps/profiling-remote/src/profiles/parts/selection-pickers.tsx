import { MODELS, MODEL_ZOO_SERVICE, displayName } from '@hsi/model-zoo-catalog';
import { type TypeOption } from '../model/profile-types.ts';
import { type ServiceFacts } from '../model/services.ts';
import { type PageState } from '../../state/page-state.ts';
import { Picker } from './picker.tsx';

/** Value of the option that stands for no choice. */
const ALL = '';

export interface SelectionPickersProps {
  readonly state: Pick<PageState, 'service' | 'model' | 'type'>;
  readonly services: readonly ServiceFacts[];
  /** Models that have data. */
  readonly models: readonly string[];
  readonly types: readonly TypeOption[];
  readonly onChange: (patch: Partial<PageState>) => void;
}

/** What to look at: the service, its model, the profile type. */
export function SelectionPickers(props: SelectionPickersProps) {
  const { state, services, types, onChange } = props;
  const isListed = services.some(({ serviceName }) => serviceName === state.service);
  const others = services.filter(({ inCatalog }) => !inCatalog);
  return (
    <>
      <Picker
        label="Service"
        value={state.service ?? ALL}
        onChange={(value) => onChange(serviceChange(value === ALL ? undefined : value))}
      >
        <option value={ALL}>All services</option>
        {services
          .filter(({ inCatalog }) => inCatalog)
          .map((service) => (
            <ServiceOption key={service.serviceName} service={service} />
          ))}
        {others.length > 0 && (
          <optgroup label="Others that send profiles">
            {others.map((service) => (
              <ServiceOption key={service.serviceName} service={service} />
            ))}
          </optgroup>
        )}
        {state.service !== undefined && !isListed && (
          <option value={state.service}>{state.service}</option>
        )}
      </Picker>
      <ModelPicker {...props} />
      <Picker
        label="Profile type"
        value={state.type}
        onChange={(type) => onChange({ type, focus: [] })}
      >
        {types.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </Picker>
    </>
  );
}

function ServiceOption({ service }: { readonly service: ServiceFacts }) {
  return <option value={service.serviceName}>{service.displayName}</option>;
}

/** A model belongs to Backend, a span and a focus to what was shown before. */
function serviceChange(service: string | undefined): Partial<PageState> {
  return {
    service,
    model: undefined,
    by: undefined,
    focus: [],
    spanId: undefined,
    traceId: undefined,
  };
}

function ModelPicker({ state, models, onChange }: SelectionPickersProps) {
  const belongs = state.service === undefined || state.service === MODEL_ZOO_SERVICE;
  const others = MODELS.map(({ name }) => name).filter((name) => !models.includes(name));
  const isListed = state.model === undefined || [...models, ...others].includes(state.model);
  return (
    <Picker
      label="Model"
      value={state.model ?? ALL}
      disabled={!belongs && state.model === undefined}
      hint={belongs ? undefined : `Models belong to ${displayName(MODEL_ZOO_SERVICE)}.`}
      onChange={(value) =>
        onChange(
          value === ALL
            ? { model: undefined, focus: [] }
            : { service: MODEL_ZOO_SERVICE, model: value, focus: [] },
        )
      }
    >
      <option value={ALL}>All models</option>
      {!isListed && <option value={state.model}>{state.model}</option>}
      {models.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
      {others.length > 0 && (
        <optgroup label="No profiles in this range">
          {others.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </optgroup>
      )}
    </Picker>
  );
}
