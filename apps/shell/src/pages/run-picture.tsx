import { type InferenceResult } from '@hsi/backend-api';
import { useEffect, useRef } from 'react';
import { type Picture } from './pictures.ts';

interface RunPictureProps {
  readonly picture: Picture;
  /** What a model found on it: boxes and points are drawn over the image. */
  readonly result: InferenceResult | undefined;
}

/** Wider images are shown smaller; marks stay as thick. */
const WIDTH = 640;

export function RunPicture({ picture, result }: RunPictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scale = Math.min(1, WIDTH / picture.width);
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    context.clearRect(0, 0, width, height);
    context.drawImage(picture.pixels, 0, 0, width, height);
    if (result !== undefined) drawMarks(context, result, scale);
  }, [picture, result, width, height, scale]);

  return (
    <canvas
      ref={canvas}
      width={width}
      height={height}
      role="img"
      aria-label={picture.label}
      className="h-auto max-h-72 w-auto max-w-full rounded border border-gray-700 lg:max-w-md"
    />
  );
}

function drawMarks(context: CanvasRenderingContext2D, result: InferenceResult, scale: number) {
  context.strokeStyle = '#76b900';
  context.fillStyle = '#76b900';
  context.lineWidth = 2;
  for (const [x, y, boxWidth, boxHeight] of boxesOf(result)) {
    context.strokeRect(x * scale, y * scale, boxWidth * scale, boxHeight * scale);
  }
  if (result.kind !== 'pose') return;
  for (const { x, y } of result.keypoints) {
    context.fillRect(x * scale - 3, y * scale - 3, 6, 6);
  }
}

function boxesOf(result: InferenceResult): (readonly [number, number, number, number])[] {
  if (result.kind === 'detections') return result.items.map(({ box }) => box);
  if (result.kind === 'text') return result.lines.map(({ box }) => box);
  return [];
}
