import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { LazyPage } from './lazy-page.tsx';

const page = (text: string) => ({ default: () => <p>{text}</p> });

beforeEach(() => {
  // React reports every caught error there too.
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

describe('a page of the host', () => {
  it('shows a skeleton until its code is there', async () => {
    render(<LazyPage title="AI Audit" load={() => Promise.resolve(page('the audit'))} />);
    expect(screen.getByTestId('remote-loading')).toBeInTheDocument();
    expect(await screen.findByText('the audit')).toBeInTheDocument();
  });

  it('says in its place that its code could not be loaded, and tries again', async () => {
    const load = vi
      .fn()
      .mockRejectedValueOnce(new Error('Loading chunk ai failed.'))
      .mockResolvedValueOnce(page('the audit'));
    render(<LazyPage title="AI Audit" load={load} />);
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('AI Audit could not be shown');
    expect(alert).toHaveTextContent('Loading chunk ai failed.');
    await userEvent.click(screen.getByRole('button', { name: 'Retry' }));
    expect(await screen.findByText('the audit')).toBeInTheDocument();
  });

  it('that throws while it renders does not take the host with it', async () => {
    const Broken = () => {
      throw new Error('no data');
    };
    render(<LazyPage title="AI Audit" load={() => Promise.resolve({ default: Broken })} />);
    expect(await screen.findByRole('alert')).toHaveTextContent('no data');
  });
});
