import { describe, expect, it } from 'vitest';
import { convolve3x3 } from './backbone.ts';
import { decodeBoxes, type Detection, intersectionOverUnion, nonMaxSuppression } from './boxes.ts';
import { Camera } from './frame.ts';
import { letterbox, normalizeChannels, resizeBilinear } from './preprocess.ts';
import { RtDetrService } from './service.ts';
import { ObjectTracker } from './tracker.ts';

const box = (left: number, top: number, score: number, label = 'person'): Detection => ({
  left,
  top,
  right: left + 10,
  bottom: top + 10,
  score,
  label,
});

describe('pre-processing', () => {
  const grey = (width: number, height: number, value: number) => ({
    width,
    height,
    pixels: new Uint8Array(width * height * 3).fill(value),
  });

  it('mixes neighbours when it scales', () => {
    const frame = { width: 2, height: 1, pixels: Uint8Array.from([0, 0, 0, 100, 200, 40]) };
    const scaled = resizeBilinear(frame, 4, 1);
    expect([...scaled.values]).toEqual([0, 25, 75, 100, 0, 50, 150, 200, 0, 10, 30, 40]);
  });

  it('keeps the shape and fills the rest with grey', () => {
    const square = letterbox(grey(4, 2, 9), 4);
    expect([...square.values.subarray(0, 16)]).toEqual([
      ...Array<number>(4).fill(114),
      ...Array<number>(8).fill(9),
      ...Array<number>(4).fill(114),
    ]);
  });

  it('has each channel around zero', () => {
    const values = Float32Array.from([123.675, 116.28, 103.53]);
    expect([...normalizeChannels({ channels: 3, width: 1, height: 1, values }).values]).toEqual(
      [0, 0, 0].map((zero) => expect.closeTo(zero, 5) as number),
    );
  });
});

it('convolves with a border of zeros and a stride of two', () => {
  const input = {
    channels: 1,
    width: 3,
    height: 3,
    values: Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]),
  };
  const result = convolve3x3(input, {
    inputs: 1,
    outputs: 1,
    weights: new Float32Array(9).fill(1),
  });
  expect([...result.values]).toEqual([12, 16, 24, 28]);
});

describe('boxes', () => {
  it('overlap by the share of their area', () => {
    expect(intersectionOverUnion(box(0, 0, 1), box(0, 0, 1))).toBe(1);
    expect(intersectionOverUnion(box(0, 0, 1), box(5, 0, 1))).toBeCloseTo(1 / 3);
    expect(intersectionOverUnion(box(0, 0, 1), box(10, 0, 1))).toBe(0);
  });

  it('keeps the best of those that overlap, per label', () => {
    const boxes = [box(0, 0, 0.5), box(1, 1, 0.9), box(1, 1, 0.7, 'vehicle'), box(50, 50, 0.2)];
    expect(nonMaxSuppression(boxes, 0.5)).toEqual([boxes[1], boxes[2], boxes[3]]);
  });

  it('come out of the features within the picture, strong ones only', () => {
    const features = { channels: 1, width: 2, height: 2, values: Float32Array.from([9, 0, 0, -9]) };
    const found = decodeBoxes(features, 32, 0.5);
    expect(found.map(({ label }) => label)).toEqual(['person', 'vehicle', 'animal', 'package']);
    for (const { left, top, right, bottom } of found) {
      expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
      expect(Math.max(right, bottom)).toBeLessThanOrEqual(32);
    }
  });
});

describe('the tracker', () => {
  it('knows a thing again when it has moved a little', () => {
    const tracker = new ObjectTracker();
    expect(tracker.associateTracks([box(0, 0, 1), box(50, 50, 1)])).toEqual([1, 2]);
    expect(tracker.associateTracks([box(52, 51, 1), box(1, 1, 1)])).toEqual([2, 1]);
    expect(tracker.associateTracks([box(0, 0, 1, 'vehicle')])).toEqual([3]);
  });

  it('forgets what has gone', () => {
    const tracker = new ObjectTracker();
    tracker.associateTracks([box(0, 0, 1)]);
    for (let frame = 0; frame < 40; frame++) tracker.associateTracks([]);
    expect(tracker.size).toBe(0);
  });
});

it('sees something else in every picture of a camera', () => {
  const camera = new Camera(1);
  const first = camera.captureFrame();
  expect(first.pixels).toHaveLength(640 * 360 * 3);
  expect(camera.captureFrame().pixels).not.toEqual(first.pixels);
});

it('handles picture after picture', async () => {
  const service = new RtDetrService();
  for (let turn = 0; turn < 4; turn++) await service.step();
  expect(service.trackedCount).toBeGreaterThan(0);
});
