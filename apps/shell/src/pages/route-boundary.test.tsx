import { render, screen } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RouteBoundary } from './route-boundary.tsx';

beforeEach(() => {
  // React reports every caught error there too.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

function Broken(): never {
  throw new Error('Loading chunk ai failed.');
}

describe('a page that fails to render', () => {
  it('says so in its place', () => {
    render(
      <RouteBoundary title="AI Audit">
        <Broken />
      </RouteBoundary>,
    );
    expect(screen.getByRole('alert')).toHaveTextContent('AI Audit failed');
    expect(screen.getByRole('alert')).toHaveTextContent('Loading chunk ai failed.');
    expect(screen.getByRole('button', { name: 'Reload' })).toBeInTheDocument();
  });
});
