import { Component, type ReactNode } from 'react';

interface RouteBoundaryProps {
  readonly title: string;
  readonly onRetry: () => void;
  readonly children: ReactNode;
}

/** Keeps a page that fails to load or to render from taking the host with it. */
export class RouteBoundary extends Component<RouteBoundaryProps, { readonly error?: Error }> {
  override state: { readonly error?: Error } = {};

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <section role="alert" className="flex flex-col items-start gap-4 p-6">
        <h1 className="text-xl font-semibold text-gray-100">
          {this.props.title} could not be shown
        </h1>
        <p className="text-gray-300">{error.message}</p>
        <button
          type="button"
          onClick={this.props.onRetry}
          className="rounded-md bg-gray-800 px-4 py-2 hover:bg-gray-700"
        >
          Retry
        </button>
      </section>
    );
  }
}
