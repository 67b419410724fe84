import { setImmediate as yieldToLoop } from 'node:timers/promises';
import { withProfilingLabels } from '@hsi/profiler';
import { seededRandom } from '../math/random.ts';
import { REPORTS } from './reports.ts';
import { BytePairTokenizer } from './tokenizer.ts';
import { type KeyValueCache, sampleTopK, Transformer } from './transformer.ts';

const PROMPT_TOKENS = 40;
const ANSWER_TOKENS = 6;
/** Conversations whose keys and values stay in memory; the oldest goes first. */
const MAX_CONVERSATIONS = 24;

/** Nemotron's stand-in: reads security reports token by token and continues them. */
export class NemotronService {
  private readonly random = seededRandom(7);
  private readonly tokenizer = new BytePairTokenizer(REPORTS.join('\n'), 400);
  private readonly model = new Transformer(
    { vocabulary: this.tokenizer.vocabularySize, width: 96, heads: 4, layers: 2 },
    seededRandom(5),
  );
  private readonly conversations = new Map<number, { tokens: number[]; cache: KeyValueCache }>();
  private readonly maxConversations: number;
  private turn = 0;

  constructor(options: { readonly maxConversations?: number } = {}) {
    this.maxConversations = options.maxConversations ?? MAX_CONVERSATIONS;
  }

  get conversationCount(): number {
    return this.conversations.size;
  }

  /** Reads one report and answers it. */
  async step(): Promise<void> {
    const id = this.turn++;
    const report = REPORTS[id % REPORTS.length]!;
    const cache = this.model.emptyCache();
    const { tokens, scores } = await withProfilingLabels({ phase: 'prefill' }, () =>
      this.readPrompt(report, cache),
    );
    await withProfilingLabels({ phase: 'decode' }, () =>
      this.generateAnswer(tokens, scores, cache),
    );
    this.rememberConversation(id, tokens, cache);
  }

  private async readPrompt(report: string, cache: KeyValueCache) {
    const tokens = this.tokenizer.encode(report).slice(0, PROMPT_TOKENS);
    await yieldToLoop();
    return { tokens, scores: this.model.forwardPass(tokens, cache) };
  }

  private async generateAnswer(
    tokens: number[],
    promptScores: Float32Array,
    cache: KeyValueCache,
  ): Promise<void> {
    let scores = promptScores;
    for (let count = 0; count < ANSWER_TOKENS; count++) {
      const token = sampleTopK(scores, 20, this.random);
      tokens.push(token);
      scores = this.model.forwardPass([token], cache);
      await yieldToLoop();
    }
  }

  private rememberConversation(id: number, tokens: number[], cache: KeyValueCache): void {
    this.conversations.set(id, { tokens, cache });
    for (const oldest of this.conversations.keys()) {
      if (this.conversations.size <= this.maxConversations) return;
      this.conversations.delete(oldest);
    }
  }
}
