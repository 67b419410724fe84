import { attentionHead } from '../math/attention.ts';
import { addInPlace, type Matrix, matrix, multiplyMatrices } from '../math/matrix.ts';
import { randomWeights } from '../math/random.ts';

interface Beam {
  readonly words: readonly number[];
  readonly score: number;
  readonly state: Matrix;
}

/** Says words about a picture: each word looks at the picture's features again. Random weights. */
export class CaptionDecoder {
  private readonly embeddings: Matrix;
  private readonly head: Matrix;

  constructor(
    private readonly words: readonly string[],
    private readonly width: number,
    random: () => number,
  ) {
    const weights = (rows: number, columns: number) =>
      matrix(rows, columns, randomWeights(rows * columns, columns, random));
    this.embeddings = weights(words.length, width);
    this.head = weights(width, words.length);
  }

  /** The best sentence of `length` words, searched with `beamCount` candidates. */
  beamSearch(features: Matrix, length: number, beamCount: number): string[] {
    let beams: Beam[] = [{ words: [], score: 0, state: matrix(1, this.width) }];
    for (let step = 0; step < length; step++) {
      beams = beams
        .flatMap((beam) => this.extendBeam(beam, features, beamCount))
        .sort((a, b) => b.score - a.score)
        .slice(0, beamCount);
    }
    return (beams[0]?.words ?? []).map((word) => this.words[word]!);
  }

  private extendBeam(beam: Beam, features: Matrix, beamCount: number): Beam[] {
    const seen = addInPlace(attentionHead(beam.state, features, features), beam.state);
    const scores = multiplyMatrices(seen, this.head).values;
    return Array.from(scores, (score, word) => ({ score, word }))
      .sort((a, b) => b.score - a.score)
      .slice(0, beamCount)
      .map(({ score, word }) => ({
        words: [...beam.words, word],
        score: beam.score + score,
        state: addInPlace(
          matrix(
            1,
            this.width,
            seen.values.map((value) => value / 2),
          ),
          matrix(
            1,
            this.width,
            this.embeddings.values.slice(word * this.width, (word + 1) * this.width),
          ),
        ),
      }));
  }
}
