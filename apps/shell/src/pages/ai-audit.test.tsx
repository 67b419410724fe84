import { type AuditEntry } from '@hsi/backend-api';
import { render, screen, within } from '@testing-library/react';
import { MemoryRouter } from 'react-router';
import { describe, expect, it } from 'vitest';
import { problem, serve } from '../testing/server.ts';
import { AiAudit, profileOf } from './ai-audit.tsx';

const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  id: 2,
  time: Date.UTC(2026, 0, 2, 3, 4, 5),
  actor: 'browser',
  action: 'load',
  model: 'paddleocr',
  duration_ms: 412.4,
  result: 'ok',
  trace_id: 'a'.repeat(32),
  span_id: 'b'.repeat(16),
  ...more,
});

function show() {
  render(
    <MemoryRouter>
      <AiAudit />
    </MemoryRouter>,
  );
}

describe('AI Audit', () => {
  it('lists what happened to the models', async () => {
    serve({
      '/api/audit': {
        items: [
          entry(),
          entry({
            id: 1,
            model: 'nope',
            result: 'refused',
            detail: 'unknown model',
            action: 'infer',
          }),
        ],
        next: null,
        trace_url: 'http://jaeger.test/trace/{trace_id}',
      },
    });
    show();
    const [first, second] = await screen.findAllByTestId('audit-entry');
    expect(first).toHaveTextContent('load');
    expect(first).toHaveTextContent('paddleocr');
    expect(first).toHaveTextContent('412 ms');
    expect(within(first!).getByRole('link', { name: 'Trace' })).toHaveAttribute(
      'href',
      `http://jaeger.test/trace/${'a'.repeat(32)}`,
    );
    expect(second).toHaveAttribute('data-result', 'refused');
    expect(second).toHaveTextContent('unknown model');
  });

  it('leads to the profile of that moment', async () => {
    serve({ '/api/audit': { items: [entry()], next: null, trace_url: null } });
    show();
    const link = await screen.findByRole('link', { name: 'Profile' });
    expect(link).toHaveAttribute('href', profileOf(entry()));
    expect(screen.queryByRole('link', { name: 'Trace' })).not.toBeInTheDocument();
    const query = new URLSearchParams(profileOf(entry()).split('?')[1]);
    expect(Object.fromEntries(query)).toEqual({
      view: 'profiles',
      service: 'nemotron-backend',
      model: 'paddleocr',
      from: String(entry().time - 30_000),
      to: String(entry().time + 30_413),
    });
  });

  it('says when nothing has happened yet', async () => {
    serve({ '/api/audit': { items: [], next: null, trace_url: null } });
    show();
    expect(await screen.findByText('No model has been loaded or run yet.')).toBeInTheDocument();
  });

  it('says when the backend is away', async () => {
    serve({ '/api/audit': problem(502, 'The backend does not answer.') });
    show();
    expect(await screen.findByTestId('page-problem')).toHaveTextContent(
      'The audit log could not be read: The backend does not answer. It is tried again every few seconds.',
    );
  });
});
