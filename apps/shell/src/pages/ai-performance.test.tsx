import { type ModelsResponse, type ModelStatus } from '@hsi/backend-api';
import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { DOWN, problem, serve } from '../testing/server.ts';
import { AiPerformance, modelRows } from './ai-performance.tsx';

const model = (name: string, state: ModelStatus['state'], more: Partial<ModelStatus> = {}) => ({
  name,
  category: 'detection',
  vram_mb: 300,
  state,
  runs: 0,
  in_use: 0,
  ...more,
});

const answer = (models: ModelStatus[], usedMb = 0): ModelsResponse => ({
  models,
  budget: { limit_mb: 4_000, used_mb: usedMb },
  runtime: { name: 'onnxruntime' },
  cpu: { process_ms: 1, note: 'Native threads carry no label.' },
  memory_note: 'The heap profiler takes no labels.',
});

const row = (name: string) => screen.getByTestId(`model-${name}`);
const trace = { trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16) };

describe('AI Performance', () => {
  it('lists the catalog with the live state of each model', async () => {
    serve({
      '/api/models': answer(
        [
          model('yolo11-face', 'loaded', { vram_mb: 200, runs: 12, load_ms: 1_234 }),
          model('paddleocr', 'unloaded', { category: 'ocr', vram_mb: 100 }),
        ],
        200,
      ),
    });
    render(<AiPerformance />);
    await waitFor(() => expect(row('yolo11-face')).toHaveAttribute('data-state', 'loaded'));
    expect(row('yolo11-face')).toHaveTextContent('200 MB');
    expect(row('yolo11-face')).toHaveTextContent('12');
    expect(row('yolo11-face')).toHaveTextContent('1.2 s');
    expect(row('clip-vit-l')).toHaveAttribute('data-state', 'unknown');
    expect(row('brisque-quality')).toHaveTextContent('CPU');
    expect(screen.getAllByRole('row')).toHaveLength(18);
    expect(screen.getByRole('meter')).toHaveAttribute('aria-valuetext', '200 MB of 4,000 MB used');
    expect(screen.getByText('The heap profiler takes no labels.')).toBeInTheDocument();
  });

  it('loads and unloads on demand', async () => {
    const server = serve({
      '/api/models': answer([model('paddleocr', 'unloaded')]),
      '/api/models/paddleocr/load': {
        model: model('paddleocr', 'loaded'),
        outcome: 'loaded',
        duration_ms: 5,
        evicted: [],
        ...trace,
      },
    });
    render(<AiPerformance />);
    const button = await screen.findByRole('button', { name: 'Load paddleocr' });
    server.set('/api/models', answer([model('paddleocr', 'loaded')]));
    await userEvent.click(button);
    expect(await screen.findByRole('button', { name: 'Unload paddleocr' })).toHaveFocus();
    expect(server.asked).toContain('POST /api/models/paddleocr/load');

    server.set('/api/models', answer([model('paddleocr', 'unloaded')]));
    await userEvent.click(screen.getByRole('button', { name: 'Unload paddleocr' }));
    expect(await screen.findByRole('button', { name: 'Load paddleocr' })).toBeInTheDocument();
    expect(server.asked).toContain('POST /api/models/paddleocr/unload');
  });

  it('says why a model could not be loaded, beside it', async () => {
    serve({
      '/api/models': answer([model('paddleocr', 'unloaded')]),
      '/api/models/paddleocr/load': Response.json(
        { code: 'memory-budget', detail: 'It needs 100 MB and 20 MB are free.' },
        { status: 409 },
      ),
    });
    render(<AiPerformance />);
    await userEvent.click(await screen.findByRole('button', { name: 'Load paddleocr' }));
    expect(await within(row('paddleocr')).findByRole('alert')).toHaveTextContent(
      'It needs 100 MB and 20 MB are free.',
    );
  });

  it('offers nothing for a disabled model and says why', async () => {
    serve({
      '/api/models': answer([
        model('florence-2-large', 'disabled', { reason: 'It runs as its own service.' }),
      ]),
    });
    render(<AiPerformance />);
    await screen.findByText('It runs as its own service.');
    expect(within(row('florence-2-large')).queryByRole('button')).not.toBeInTheDocument();
  });

  it('shows the catalog and a sentence while the backend is away', async () => {
    serve({ '/api/models': DOWN });
    render(<AiPerformance />);
    expect(await screen.findByTestId('page-problem')).toHaveTextContent(
      /could not be read: the server cannot be reached.*Only the catalog is shown\./,
    );
    expect(screen.getAllByRole('row')).toHaveLength(18);
  });

  it('keeps the last known state while the backend is away', async () => {
    const server = serve({
      '/api/models': answer([model('paddleocr', 'loaded')]),
      '/api/models/paddleocr/unload': problem(502, 'The backend does not answer.'),
    });
    render(<AiPerformance />);
    const button = await screen.findByRole('button', { name: 'Unload paddleocr' });
    server.set('/api/models', problem(502, 'The backend does not answer.'));
    await userEvent.click(button);
    expect(await screen.findByTestId('page-problem')).toHaveTextContent(
      'The backend does not answer. What is shown is the last known state.',
    );
    expect(row('paddleocr')).toHaveAttribute('data-state', 'loaded');
  });

  it('says when no model can run at all', async () => {
    const base = answer([]);
    serve({
      '/api/models': { ...base, runtime: { name: 'onnxruntime', reason: 'No native library.' } },
    });
    render(<AiPerformance />);
    expect(await screen.findByText('No native library.')).toBeInTheDocument();
  });
});

describe('the rows', () => {
  it('are the catalog in its order, then what only the backend knows', () => {
    const rows = modelRows([model('newcomer', 'loaded')]);
    expect(rows[0]?.name).toBe('yolo11-license-plate');
    expect(rows.at(-1)).toMatchObject({ name: 'newcomer', state: 'loaded' });
    expect(rows).toHaveLength(18);
  });
});
