// One chunk: what an ordinary first visit does not show.
export { EmptyState } from './empty-state.tsx';
export { SpanPanel, TraceNote } from './span-panel.tsx';
export { UnknownService } from './unknown-service.tsx';
