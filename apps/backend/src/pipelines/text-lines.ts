import { type TensorData } from '../images/image.ts';

/** Characters of a recogniser's outputs: the blank first, then the dictionary, then the space. */
export function alphabet(dictionary: string): string[] {
  return ['', ...dictionary.replace(/\r?\n$/, '').split(/\r?\n/), ' '];
}

/**
 * The text of one line from `[1, steps, characters]` (CTC): the best character of each step,
 * repeats merged, blanks left out. The score is the mean of the characters' probabilities, 0 to 1.
 */
export function readLine(
  output: TensorData,
  characters: readonly string[],
): { text: string; score: number } {
  const classes = output.shape.at(-1) ?? 0;
  const steps = output.shape.at(-2) ?? 0;
  let text = '';
  let sum = 0;
  let count = 0;
  let previous = 0;
  for (let step = 0; step < steps; step++) {
    const base = step * classes;
    let best = 0;
    for (let index = 1; index < classes; index++) {
      if (output.data[base + index]! > output.data[base + best]!) best = index;
    }
    if (best !== 0 && best !== previous) {
      text += characters[best] ?? '';
      sum += output.data[base + best]!;
      count += 1;
    }
    previous = best;
  }
  return { text, score: count === 0 ? 0 : sum / count };
}
