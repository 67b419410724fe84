import { type InferenceResult as Result } from '@hsi/backend-api';
import { render } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { stubCanvas } from '../testing/zoo.ts';
import { InferenceResult } from './inference-result.tsx';
import { samplePicture } from './pictures.ts';
import { RunPicture } from './run-picture.tsx';

const reads = (result: Result) => render(<InferenceResult result={result} />).container.textContent;

const box = [10, 20, 30, 40] as [number, number, number, number];

describe('a result reads', () => {
  it.each<[string, Result]>([
    ['car50%', { kind: 'detections', items: [{ label: 'car', score: 0.5, box }] }],
    ['Nothing was detected.', { kind: 'detections', items: [] }],
    ['No text was found.', { kind: 'text', lines: [] }],
    ['rain12.3%', { kind: 'classes', items: [{ label: 'rain', score: 0.123 }] }],
    ['coat25% of the area', { kind: 'segments', items: [{ label: 'coat', share: 0.25 }] }],
    ['nose at 4, 6100%', { kind: 'pose', keypoints: [{ name: 'nose', x: 4.4, y: 5.6, score: 1 }] }],
    [
      'A vector of 512 dimensions: 0.100, -0.250 …',
      { kind: 'embedding', dimensions: 512, preview: [0.1, -0.25] },
    ],
    [
      'Bright is near. From 0.00 to 2.00, 1.25 on average.',
      { kind: 'depth', min: 0, max: 2, mean: 1.25, grid: [[0, 1]] },
    ],
    ['41.3 on a scale from 0 (best) to 100 (worst).', { kind: 'quality', score: 41.26 }],
  ])('%s', (text, result) => {
    expect(reads(result)?.trim()).toBe(text);
  });

  it('short, however much was found', () => {
    const items = Array.from({ length: 12 }, (_, index) => ({ label: `x${index}`, score: 0 }));
    expect(reads({ kind: 'classes', items })).toMatch(/x7.*and 4 more$/);
  });
});

describe('the image', () => {
  it('has the points of a pose over it', async () => {
    const { marks } = stubCanvas();
    const picture = await samplePicture('pose');
    const keypoints = [{ name: 'nose', x: 100, y: 50, score: 1 }];
    render(<RunPicture picture={picture} result={{ kind: 'pose', keypoints }} />);
    expect(marks).toEqual(['point 97 47']);
  });
});
