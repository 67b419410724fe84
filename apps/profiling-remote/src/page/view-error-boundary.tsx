import { Component, type ReactNode } from 'react';
import { CONTROL } from './controls.tsx';

interface Props {
  readonly children: ReactNode;
  /** Another key tries again. */
  readonly resetKey: unknown;
}

/** Keeps the header and its links alive when a view breaks. */
export class ViewErrorBoundary extends Component<Props, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error: error ?? new Error('unknown') };
  }

  override componentDidUpdate(previous: Props): void {
    if (this.state.error !== undefined && previous.resetKey !== this.props.resetKey) this.reset();
  }

  private readonly reset = () => this.setState({ error: undefined });

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <div role="alert" data-testid="view-error" className="pf:p-6 pf:text-sm pf:text-gray-200">
        <p>
          This view could not be shown: {error instanceof Error ? error.message : String(error)}
        </p>
        <button type="button" className={`${CONTROL} pf:mt-3`} onClick={this.reset}>
          Try again
        </button>
      </div>
    );
  }
}
