import { type InferenceResult } from '@hsi/backend-api';
import { render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { MemoryRouter } from 'react-router';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { problem, serve, SILENT, type TestServer } from '../testing/server.ts';
import { inference, model, stubCanvas, zoo } from '../testing/zoo.ts';
import { AiPerformance } from './ai-performance.tsx';

const INFER = '/api/models/paddleocr/infer';
const TEXT: InferenceResult = {
  kind: 'text',
  lines: [{ text: 'FRONT GATE', score: 0.998, box: [40, 60, 410, 50] }],
};
let server: TestServer;
let canvas: ReturnType<typeof stubCanvas>;

beforeEach(() => {
  canvas = stubCanvas();
  server = serve({
    '/api/models': zoo([model('paddleocr', 'loaded', { category: 'ocr' })]),
    [INFER]: inference(TEXT),
  });
});

async function open() {
  render(
    <MemoryRouter>
      <AiPerformance />
    </MemoryRouter>,
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Run paddleocr' }));
  const panel = within(screen.getByRole('region', { name: 'Run paddleocr' }));
  const button = panel.getByRole('button', { name: 'Run on this image' });
  await waitFor(() => expect(button).toHaveAttribute('aria-disabled', 'false'));
  return { panel, button };
}

const file = (name: string, type: string, bytes = 10) =>
  new File([new Uint8Array(bytes)], name, { type });

/** As a person does who chooses "all files" in the dialog. */
async function choose(chosen: File) {
  const field = screen.getByLabelText('Or an image of your own');
  await userEvent.setup({ applyAccept: false }).upload(field, chosen);
}

describe('running a model', () => {
  it('works on the sample, and shows what was found, where, and how long it took', async () => {
    const { panel, button } = await open();
    expect(button).toHaveFocus();
    expect(panel.getByRole('img')).toHaveAccessibleName('Sample image: a sign with text');
    expect(panel.getByText('The model is loaded and ready.')).toBeInTheDocument();
    await userEvent.click(button);
    const result = await panel.findByTestId('run-result');
    expect(result).toHaveTextContent('Answered in 335 ms');
    expect(result).toHaveTextContent('FRONT GATE99.8%');
    expect(result).toHaveTextContent('Inference252 ms');
    expect(result).not.toHaveTextContent('demo weights');
    expect(canvas.marks).toEqual(['box 40 60 410 50']);
    expect(server.asked).toContain(`POST ${INFER}`);
  });

  it("leads to the profile of the run's span", async () => {
    const before = Date.now();
    const { panel, button } = await open();
    await userEvent.click(button);
    const link = await panel.findByRole('link', { name: 'Profile of this run' });
    const query = new URLSearchParams(link.getAttribute('href')?.split('?')[1]);
    expect(query.get('spanId')).toBe('b'.repeat(16));
    expect(query.get('durUs')).toBe('335000');
    expect(Number(query.get('fromUs'))).toBeGreaterThanOrEqual(before * 1_000);
  });

  it('says that the answer of demo weights means nothing', async () => {
    server.set(INFER, inference(TEXT, { weights: 'demo', note: 'demo weights: means nothing.' }));
    const { panel, button } = await open();
    await userEvent.click(button);
    expect(await panel.findByText('demo weights: means nothing.')).toBeInTheDocument();
  });

  it('says that a model is loaded first', async () => {
    server.set('/api/models', zoo([model('paddleocr', 'unloaded', { category: 'ocr' })]));
    server.set(INFER, inference(TEXT, { loaded_now: true }));
    const { panel, button } = await open();
    expect(panel.getByText(/the run loads it first/)).toBeInTheDocument();
    await userEvent.click(button);
    expect(await panel.findByText(/loaded first/)).toBeInTheDocument();
  });

  it('says why it failed, and can be tried again', async () => {
    server.set(INFER, problem(503, '8 images are being worked on. Try again in a moment.'));
    const { panel, button } = await open();
    await userEvent.click(button);
    expect(await panel.findByTestId('run-failed')).toHaveTextContent(
      'The run failed: 8 images are being worked on. Try again in a moment.',
    );
    server.set(INFER, inference(TEXT));
    await userEvent.click(button);
    expect(await panel.findByTestId('run-result')).toBeInTheDocument();
    expect(panel.queryByTestId('run-failed')).not.toBeInTheDocument();
  });

  it('runs once at a time', async () => {
    server.set(INFER, SILENT);
    const { button } = await open();
    await userEvent.click(button);
    expect(button).toHaveTextContent('Running');
    await userEvent.click(button);
    expect(server.asked.filter((asked) => asked === `POST ${INFER}`)).toHaveLength(1);
  });

  it('closes with Escape and gives the focus back', async () => {
    await open();
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('region', { name: 'Run paddleocr' })).not.toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Run paddleocr' })).toHaveFocus();
  });
});

describe('an image of your own', () => {
  it('is shown and sent as it is', async () => {
    const bitmap = { width: 1_280, height: 720 };
    vi.stubGlobal('createImageBitmap', () => Promise.resolve(bitmap));
    server.set(INFER, inference(TEXT));
    const { panel, button } = await open();
    const asked = vi.spyOn(globalThis, 'fetch');
    const chosen = file('street.jpg', 'image/jpeg');
    await choose(chosen);
    expect(await panel.findByRole('img', { name: 'street.jpg' })).toBeInTheDocument();
    await userEvent.click(button);
    await panel.findByTestId('run-result');
    expect(asked.mock.calls.find(([url]) => url === INFER)?.[1]).toMatchObject({
      body: chosen,
      headers: { 'content-type': 'image/jpeg' },
    });
    // Shown at half its size.
    expect(canvas.marks).toEqual(['box 20 30 205 25']);
  });

  it.each([
    ['notes.gif is image/gif. Choose a PNG or JPEG.', file('notes.gif', 'image/gif')],
    ['notes is of no known type.', file('notes', '')],
    ['big.png has 8.0 MB; at most 8 MB are taken.', file('big.png', 'image/png', 8_000_001)],
    ['torn.png cannot be read as an image.', file('torn.png', 'image/png')],
  ])('is refused when it does not fit: %s', async (sentence, chosen) => {
    vi.stubGlobal('createImageBitmap', () => Promise.reject(new Error('torn')));
    const { panel } = await open();
    await choose(chosen);
    expect(await panel.findByRole('alert')).toHaveTextContent(sentence);
  });
});
