import { fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { MemoryRouter, useLocation } from 'react-router';
import { describe, expect, it, vi } from 'vitest';
import { DOWN, problem, serve } from '../testing/server.ts';
import { entry } from '../testing/zoo.ts';
import { AiAudit } from './ai-audit.tsx';
import { fromLocalTime, toLocalTime } from './audit-address.ts';

function Address() {
  return <output data-testid="address">{useLocation().search}</output>;
}

function show(search = '') {
  render(
    <MemoryRouter initialEntries={[`/ai-audit${search}`]}>
      <AiAudit />
      <Address />
    </MemoryRouter>,
  );
  const asked = vi.spyOn(globalThis, 'fetch');
  return { lastAsked: () => String(asked.mock.lastCall?.[0]) };
}

const page = (items = [entry()], next: number | null = null) => ({ items, next, trace_url: null });
const address = () => screen.getByTestId('address').textContent;

describe('AI Audit', () => {
  it('lists what happened to the models', async () => {
    const refused = { model: 'nope', result: 'refused', detail: 'unknown model' } as const;
    serve({
      '/api/audit': {
        ...page([entry(), entry({ id: 1, action: 'infer', ...refused })]),
        trace_url: 'http://jaeger.test/trace/{trace_id}',
      },
    });
    show();
    const [first, second] = await screen.findAllByTestId('audit-entry');
    for (const text of ['load', 'paddleocr', '412 ms', 'browser']) {
      expect(first).toHaveTextContent(text);
    }
    const trace = within(first!).getByRole('link', { name: /^Trace: load of paddleocr/ });
    expect(trace).toHaveAttribute('href', `http://jaeger.test/trace/${'a'.repeat(32)}`);
    expect(trace).toHaveAttribute('target', '_blank');
    expect(second).toHaveAttribute('data-result', 'refused');
    expect(second).toHaveTextContent('unknown model');
  });

  it("leads to the profile of a row's span, and to no trace where none is known", async () => {
    serve({ '/api/audit': page() });
    show();
    const link = await screen.findByRole('link', { name: /^Profile: load of paddleocr/ });
    expect(screen.queryByRole('link', { name: /^Trace/ })).not.toBeInTheDocument();
    const query = new URLSearchParams(link.getAttribute('href')?.split('?')[1]);
    expect(Object.fromEntries(query)).toEqual({
      view: 'profiles',
      service: 'nemotron-backend',
      spanId: 'b'.repeat(16),
      traceId: 'a'.repeat(32),
      fromUs: String(entry().time * 1_000),
      durUs: '412400',
    });
  });

  it('says when nothing has happened yet', async () => {
    serve({ '/api/audit': page([]) });
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

describe('the filters', () => {
  it('are in the address and in what is asked', async () => {
    serve({ '/api/audit': page() });
    const { lastAsked } = show();
    await screen.findByTestId('audit-entry');
    await userEvent.selectOptions(screen.getByLabelText('Model'), 'paddleocr');
    await userEvent.selectOptions(screen.getByLabelText('Action'), 'infer');
    await userEvent.selectOptions(screen.getByLabelText('Result'), 'ok');
    await userEvent.type(screen.getByLabelText('By'), 'nightly-job{Enter}');
    const query = 'model=paddleocr&action=infer&result=ok&actor=nightly-job';
    expect(address()).toBe(`?${query}`);
    await waitFor(() => expect(lastAsked()).toBe(`/api/audit?${query}&limit=50`));
    await userEvent.click(screen.getByRole('button', { name: 'Clear filters' }));
    expect(address()).toBe('');
    expect(screen.getByLabelText('By')).toHaveValue('');
  });

  it('come from the address, also a name that the catalog does not have', async () => {
    serve({ '/api/audit': page([]) });
    show('?model=nope&actor=zoo');
    expect(await screen.findByText('No event fits these filters.')).toBeInTheDocument();
    expect(screen.getByLabelText('Model')).toHaveValue('nope');
    expect(screen.getByLabelText('By')).toHaveValue('zoo');
    await userEvent.selectOptions(screen.getByLabelText('Model'), '');
    expect(address()).toBe('?actor=zoo');
  });

  it('take a known actor as soon as it is written', async () => {
    serve({ '/api/audit': page() });
    show();
    const field = screen.getByLabelText('By');
    await userEvent.type(field, 'zoo');
    expect(address()).toBe('?actor=zoo');
    expect(field).toHaveFocus();
    await userEvent.clear(field);
    await userEvent.tab();
    expect(address()).toBe('');
  });

  it('keep the list of other filters only with a word that it is one', async () => {
    const server = serve({ '/api/audit': page() });
    show();
    await screen.findByTestId('audit-entry');
    server.set('/api/audit', DOWN);
    await userEvent.selectOptions(screen.getByLabelText('Result'), 'failed');
    expect(await screen.findByTestId('page-problem')).toHaveTextContent(
      'the server cannot be reached. What is shown does not belong to these filters.',
    );
    expect(screen.getByTestId('audit-entry')).toBeInTheDocument();
  });

  it('take a moment once it is whole', async () => {
    serve({ '/api/audit': page() });
    show();
    const from = screen.getByLabelText('From');
    fireEvent.change(from, { target: { value: '0020-05-06T12:30' } });
    expect(from).toHaveValue('0020-05-06T12:30');
    expect(address()).toBe('');
    fireEvent.change(from, { target: { value: '2026-05-06T12:30' } });
    expect(address()).toBe(`?from=${new Date(2026, 4, 6, 12, 30).getTime()}`);
    fireEvent.blur(from);
    expect(from).toHaveValue('2026-05-06T12:30');
    fireEvent.change(from, { target: { value: '' } });
    expect(address()).toBe('');
  });

  it('hold moments in milliseconds and show them in local time', () => {
    const noon = new Date(2026, 4, 6, 12, 30).getTime();
    expect(toLocalTime(String(noon))).toBe('2026-05-06T12:30');
    expect(fromLocalTime('2026-05-06T12:30')).toBe(String(noon));
    expect(toLocalTime('yesterday')).toBe('');
    expect(fromLocalTime('')).toBe('');
  });
});

describe('the pages', () => {
  it('go to older entries and back, in the address', async () => {
    const server = serve({ '/api/audit': page([entry({ id: 100 })], 51) });
    const { lastAsked } = show('?action=load');
    const older = await screen.findByRole('button', { name: 'Older' });
    expect(screen.queryByRole('button', { name: 'Newest' })).not.toBeInTheDocument();
    server.set('/api/audit', page([entry({ id: 50 })], 1));
    await userEvent.click(older);
    expect(address()).toBe('?action=load&cursor=51');
    await waitFor(() => expect(lastAsked()).toBe('/api/audit?action=load&limit=50&cursor=51'));
    await userEvent.click(await screen.findByRole('button', { name: 'Older' }));
    expect(address()).toBe('?action=load&cursor=1');
    await userEvent.click(screen.getByRole('button', { name: 'Newer' }));
    expect(address()).toBe('?action=load&cursor=51');
    await userEvent.click(screen.getByRole('button', { name: 'Newest' }));
    expect(address()).toBe('?action=load');
  });

  it('begin anew with another filter', async () => {
    serve({ '/api/audit': page([entry()]) });
    show('?cursor=51');
    expect(await screen.findByRole('button', { name: 'Newest' })).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Newer' })).not.toBeInTheDocument();
    await userEvent.selectOptions(screen.getByLabelText('Result'), 'ok');
    expect(address()).toBe('?result=ok');
  });
});
