import {
  context,
  trace,
  TraceFlags,
  type Context,
  type ContextManager,
  type Span,
} from '@opentelemetry/api';
import { LabelScope } from './label-scope.ts';
import { tracker } from './scope-tracker.ts';

/** The attribute by which Grafana and Jaeger links find a span's profile; its value is a span id. */
export const PROFILE_ID_ATTRIBUTE = 'pyroscope.profile.id';
/** The sample label that carries the span id, 16 hexadecimal digits. */
export const SPAN_ID_LABEL = 'span_id';

export interface ProfilingSpanOptions {
  /**
   * Whose id the samples of a span carry. `span` (unless told): its own, so that a span's profile
   * holds only its own work, not that of its children. `local-root`: that of the outermost span in
   * this process, so that the profile of a request holds all of its work; then only local roots get
   * the attribute.
   */
  readonly attributeTo?: 'span' | 'local-root';
  /** The context manager to watch; unless told, the registered one, found with the first span. */
  readonly contextManager?: ContextManager;
}

/** What a context runs: `ContextManager.with`, without its overloads. */
type With = (
  active: Context,
  fn: (...args: unknown[]) => unknown,
  thisArg?: unknown,
  ...args: unknown[]
) => unknown;

/** A span that this processor has seen start. */
interface KnownSpan {
  /** The span whose id the samples carry. */
  readonly target: Span;
  readonly scopes: LabelScope[];
}

/**
 * An OpenTelemetry span processor that ties samples to spans: while a sampled span is active, the
 * samples carry its id as the label `span_id`, across `await`; the span gets the attribute
 * `pyroscope.profile.id`. A span that never becomes active gets neither. After a span's end nothing
 * carries its id any more.
 *
 * Register it beside the exporting processors of a tracer provider:
 *
 * ```ts
 * new NodeTracerProvider({ spanProcessors: [new ProfilingSpanProcessor(), exporting] }).register();
 * ```
 *
 * Without a running profiler it does nothing.
 */
export class ProfilingSpanProcessor {
  private readonly known = new WeakMap<object, KnownSpan>();
  private readonly watched = new WeakSet<ContextManager>();
  private readonly attributeTo: 'span' | 'local-root';
  private readonly contextManager: ContextManager | undefined;

  constructor(options: ProfilingSpanOptions = {}) {
    this.attributeTo = options.attributeTo ?? 'span';
    this.contextManager = options.contextManager;
  }

  onStart(span: Span, parentContext: Context): void {
    this.watch(this.contextManager ?? registeredContextManager());
    const parent = trace.getSpan(parentContext);
    const root = parent && this.attributeTo === 'local-root' && this.known.get(parent)?.target;
    this.known.set(span, { target: root || span, scopes: [] });
  }

  onEnd(span: object): void {
    for (const scope of this.known.get(span)?.scopes ?? []) scope.end();
    this.known.delete(span);
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }

  /** Puts the labelling into the manager's `with`, through which every active context goes. */
  private watch(manager: ContextManager | undefined): void {
    if (manager === undefined || this.watched.has(manager)) return;
    this.watched.add(manager);
    const original = (manager.with as With).bind(manager);
    const labelled: With = (active, fn, thisArg, ...args) => {
      const scope = tracker.active ? this.scopeFor(active) : undefined;
      if (scope === undefined) return original(active, fn, thisArg, ...args);
      return original(active, () => tracker.run(scope, () => fn.apply(thisArg, args)));
    };
    manager.with = labelled as ContextManager['with'];
  }

  /** The scope that a context asks for; undefined when the current one fits. */
  private scopeFor(active: Context): LabelScope | undefined {
    const span = trace.getSpan(active);
    const known = span && isSampled(span) ? this.known.get(span) : undefined;
    const id = known?.target.spanContext().spanId;
    const current = tracker.scope;
    if (current.labels[SPAN_ID_LABEL] === id) return undefined;
    const again = known?.scopes.find(({ outer }) => outer === current);
    if (again !== undefined) return again;
    const { [SPAN_ID_LABEL]: _left, ...others } = current.labels;
    if (known === undefined || id === undefined) return new LabelScope(others, current);
    if (known.scopes.length === 0) known.target.setAttribute(PROFILE_ID_ATTRIBUTE, id);
    const scope = new LabelScope({ ...others, [SPAN_ID_LABEL]: id }, current);
    known.scopes.push(scope);
    return scope;
  }
}

function isSampled(span: Span): boolean {
  return span.isRecording() && (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}

/**
 * The registered context manager. The API keeps it private; should that change, the processor does
 * nothing until it is told the manager.
 */
function registeredContextManager(): ContextManager | undefined {
  const api = context as unknown as { _getContextManager?: () => ContextManager };
  return typeof api._getContextManager === 'function' ? api._getContextManager() : undefined;
}
