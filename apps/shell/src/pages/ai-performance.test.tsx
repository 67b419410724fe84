import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { MemoryRouter } from 'react-router';
import { describe, expect, it } from 'vitest';
import { DOWN, problem, serve } from '../testing/server.ts';
import { loaded, model, unloaded, zoo } from '../testing/zoo.ts';
import { AiPerformance } from './ai-performance.tsx';
import { modelRows } from './model-rows.ts';

const row = (name: string) => screen.getByTestId(`model-${name}`);

function show() {
  render(
    <MemoryRouter>
      <AiPerformance />
    </MemoryRouter>,
  );
}

describe('AI Performance', () => {
  it('lists the catalog with the live state of each model', async () => {
    serve({
      '/api/models': zoo(
        [
          model('yolo11-face', 'loaded', {
            vram_mb: 200,
            runs: 12,
            load_ms: 1_234,
            in_use: 1,
            measured_memory_bytes: 30_200_000,
          }),
          model('paddleocr', 'unloaded', { category: 'ocr', vram_mb: 100 }),
        ],
        200,
      ),
    });
    show();
    await waitFor(() => expect(row('yolo11-face')).toHaveAttribute('data-state', 'loaded'));
    for (const text of ['200 MB', '30.2 MB', '12', '1.2 s', 'in use']) {
      expect(row('yolo11-face')).toHaveTextContent(text);
    }
    expect(row('clip-vit-l')).toHaveAttribute('data-state', 'unknown');
    expect(row('brisque-quality')).toHaveTextContent('CPU');
    expect(screen.getAllByRole('row')).toHaveLength(18);
  });

  it('shows memory against the budget, and CPU time without a label, each with what it means', async () => {
    serve({ '/api/models': zoo([], 200) });
    show();
    const meter = await screen.findByRole('meter');
    expect(meter).toHaveAttribute('aria-valuetext', '200 MB of 4,000 MB used');
    expect(screen.getByText('The heap profiler takes no labels.')).toBeInTheDocument();
    expect(screen.getByTestId('unattributed-share')).toHaveTextContent('7.4% on native threads');
    expect(screen.getByText('Native threads carry no label.')).toBeInTheDocument();
  });

  it('says when the share without a label is not known', async () => {
    const answer = zoo([]);
    serve({ '/api/models': { ...answer, cpu: { process_ms: 1, note: 'Not told.' } } });
    show();
    expect(await screen.findByTestId('unattributed-share')).toHaveTextContent('not known here');
  });

  it('says which weights mean nothing', async () => {
    serve({
      '/api/models': zoo([
        model('yolo11-face', 'loaded', { weights: 'demo' }),
        model('paddleocr', 'loaded', { weights: 'real' }),
      ]),
    });
    show();
    await screen.findByText(/Models marked “demo weights” are small generated graphs/);
    expect(row('yolo11-face')).toHaveTextContent('demo weights');
    expect(row('paddleocr')).not.toHaveTextContent('demo weights');
  });

  it('loads and unloads on demand, and says how that went', async () => {
    const server = serve({
      '/api/models': zoo([model('paddleocr', 'unloaded')]),
      '/api/models/paddleocr/load': loaded('paddleocr', ['clip-vit-l', 'yolo-world-s']),
      '/api/models/paddleocr/unload': unloaded('paddleocr'),
    });
    show();
    const button = await screen.findByRole('button', { name: 'Load paddleocr' });
    server.set('/api/models', zoo([model('paddleocr', 'loaded')]));
    await userEvent.click(button);
    expect(await screen.findByRole('button', { name: 'Unload paddleocr' })).toHaveFocus();
    expect(server.asked).toContain('POST /api/models/paddleocr/load');
    expect(within(row('paddleocr')).getByRole('status')).toHaveTextContent(
      'Loaded in 412 ms; the process grew by 27.4 MB. Unloaded to make room: clip-vit-l, yolo-world-s.',
    );

    server.set('/api/models', zoo([model('paddleocr', 'unloaded')]));
    await userEvent.click(screen.getByRole('button', { name: 'Unload paddleocr' }));
    expect(await screen.findByRole('button', { name: 'Load paddleocr' })).toBeInTheDocument();
    expect(within(row('paddleocr')).getByRole('status')).toHaveTextContent('Unloaded in 3.0 ms.');
  });

  it.each([
    ['Load', 'unloaded', { ...loaded('paddleocr'), outcome: 'already-loaded' }, 'loaded already'],
    ['Unload', 'loaded', { ...unloaded('paddleocr'), outcome: 'not-loaded' }, 'was not loaded'],
  ] as const)('says when there was nothing to %s', async (action, state, answer, sentence) => {
    serve({
      '/api/models': zoo([model('paddleocr', state)]),
      [`/api/models/paddleocr/${action.toLowerCase()}`]: answer,
    });
    show();
    await userEvent.click(await screen.findByRole('button', { name: `${action} paddleocr` }));
    expect(await within(row('paddleocr')).findByRole('status')).toHaveTextContent(sentence);
  });

  it('says why a model could not be loaded, beside it', async () => {
    serve({
      '/api/models': zoo([model('paddleocr', 'unloaded')]),
      '/api/models/paddleocr/load': Response.json(
        { code: 'memory-budget', detail: 'It needs 100 MB and 20 MB are free.' },
        { status: 409 },
      ),
    });
    show();
    await userEvent.click(await screen.findByRole('button', { name: 'Load paddleocr' }));
    expect(await within(row('paddleocr')).findByRole('alert')).toHaveTextContent(
      /^It needs 100 MB and 20 MB are free\.$/,
    );
  });

  it('offers nothing for a model that cannot run, and says why', async () => {
    serve({
      '/api/models': zoo([
        model('florence-2-large', 'disabled', { reason: 'It runs as its own service.' }),
        model('clip-vit-l', 'unavailable', { reason: 'clip-vit-l.onnx is missing.' }),
      ]),
    });
    show();
    await screen.findByText('It runs as its own service.');
    expect(screen.getByText('clip-vit-l.onnx is missing.')).toBeInTheDocument();
    expect(within(row('florence-2-large')).queryByRole('button')).not.toBeInTheDocument();
    expect(within(row('clip-vit-l')).queryByRole('button')).not.toBeInTheDocument();
  });

  it("leads to a model's profile", async () => {
    serve({ '/api/models': zoo([model('paddleocr', 'loaded')]) });
    show();
    expect(await screen.findByRole('link', { name: 'Profile of paddleocr' })).toHaveAttribute(
      'href',
      '/pyroscope?view=profiles&service=nemotron-backend&model=paddleocr',
    );
  });

  it('shows the catalog and a sentence while the backend is away', async () => {
    serve({ '/api/models': DOWN });
    show();
    expect(await screen.findByTestId('page-problem')).toHaveTextContent(
      /could not be read: the server cannot be reached\. Only the catalog is shown\./,
    );
    expect(screen.getAllByRole('row')).toHaveLength(18);
  });

  it('keeps the last known state while the backend is away', async () => {
    const server = serve({
      '/api/models': zoo([model('paddleocr', 'loaded')]),
      '/api/models/paddleocr/unload': problem(502, 'The backend does not answer.'),
    });
    show();
    const button = await screen.findByRole('button', { name: 'Unload paddleocr' });
    server.set('/api/models', problem(502, 'The backend does not answer.'));
    await userEvent.click(button);
    expect(await screen.findByTestId('page-problem')).toHaveTextContent(
      'The backend does not answer. What is shown is the last known state.',
    );
    expect(row('paddleocr')).toHaveAttribute('data-state', 'loaded');
  });

  it('says when no model can run at all', async () => {
    serve({
      '/api/models': {
        ...zoo([]),
        runtime: { name: 'onnxruntime', reason: 'No native library.' },
      },
    });
    show();
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
