import { describe, expect, it } from 'vitest';
import { seededRandom } from '../math/random.ts';
import { NemotronService } from './service.ts';
import { bytePairMerge, BytePairTokenizer, learnMerges, splitWords } from './tokenizer.ts';
import { sampleTopK, Transformer } from './transformer.ts';

describe('the tokenizer', () => {
  it('splits words, numbers and signs', () => {
    expect(splitWords('At 21:14, a CAT.')).toEqual(['at', '21', ':', '14', ',', 'a', 'cat', '.']);
  });

  it('learns the most frequent pair first', () => {
    expect([...learnMerges('door door door dog', 3).keys()]).toEqual(['d o', 'do o', 'doo r']);
  });

  it('merges by rank until no pair is left', () => {
    const ranks = new Map([
      ['o r', 0],
      ['o or', 1],
      ['d o', 2],
    ]);
    expect(bytePairMerge([...'door'], ranks)).toEqual(['d', 'oor']);
    expect(bytePairMerge([...'cat'], ranks)).toEqual(['c', 'a', 't']);
    expect(bytePairMerge([], ranks)).toEqual([]);
  });

  it('gives equal symbols equal ids and leaves out what it does not know', () => {
    const tokenizer = new BytePairTokenizer('door door dog', 10);
    const [door, again] = [tokenizer.encode('door'), tokenizer.encode('DOOR!')];
    expect(door).toHaveLength(1);
    expect(again).toEqual(door);
    expect(tokenizer.vocabularySize).toBeGreaterThan(door[0]!);
  });
});

describe('the transformer', () => {
  const model = new Transformer({ vocabulary: 20, width: 8, heads: 2, layers: 2 }, seededRandom(1));

  it('says the same token by token as at once', () => {
    const once = model.emptyCache();
    const atOnce = model.forwardPass([3, 1, 4], once);
    const steps = model.emptyCache();
    model.forwardPass([3], steps);
    model.forwardPass([1], steps);
    const atLast = model.forwardPass([4], steps);
    expect(steps.length).toBe(3);
    expect(steps.layers[0]?.keys.rows).toBe(3);
    for (const [token, score] of atOnce.entries()) expect(atLast[token]).toBeCloseTo(score, 4);
  });

  it('draws among the best', () => {
    const scores = Float32Array.from([0, 9, 8, -1]);
    expect(sampleTopK(scores, 2, () => 0)).toBe(1);
    expect(sampleTopK(scores, 2, () => 0.999)).toBe(2);
    expect(sampleTopK(scores, 1, () => 0.999)).toBe(1);
  });
});

it('remembers a bounded number of conversations', async () => {
  const service = new NemotronService({ maxConversations: 2 });
  for (let turn = 0; turn < 4; turn++) await service.step();
  expect(service.conversationCount).toBe(2);
});
