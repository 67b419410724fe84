import { Maximize2 } from 'lucide-react';
import { memo } from 'react';
import { useView } from '../data/view-context.tsx';
import { type ServiceFacts } from '../model/services.ts';
import { GraphCard } from './graph-card.tsx';
import { CHIP } from './look.ts';

const HEIGHT = 224;
/** Graphs that are asked for at once; the rest when they come near the screen. */
export const EAGER = 24;

/** A flame graph for each service: those of the catalog, then the others that send profiles. */
export function ServiceGrid({ services }: { readonly services: readonly ServiceFacts[] }) {
  return (
    <section
      aria-label="Service flame graphs"
      className="pf:grid pf:min-w-0 pf:gap-4 pf:lg:grid-cols-2"
    >
      <h2 className="pf:sr-only">Service flame graphs</h2>
      {services.map(({ serviceName, displayName }, index) => (
        <ServiceGraph
          key={serviceName}
          service={serviceName}
          title={displayName}
          eager={index < EAGER}
        />
      ))}
    </section>
  );
}

interface ServiceGraphProps {
  readonly service: string;
  readonly title: string;
  readonly eager: boolean;
}

const ServiceGraph = memo(function ServiceGraph({ service, title, eager }: ServiceGraphProps) {
  const { patch } = useView();
  return (
    <GraphCard
      testId={`flamegraph-${service}`}
      title={title}
      scope={{ service }}
      height={HEIGHT}
      compact
      eager={eager}
      note={
        <button
          type="button"
          className={`${CHIP} pf:hover:bg-gray-700`}
          aria-label={`Only ${title}`}
          title={`Only ${title}, with its table`}
          onClick={() => patch({ service, model: undefined, focus: [] })}
        >
          <Maximize2 className="pf:size-3" aria-hidden />
          Open
        </button>
      }
    />
  );
});
