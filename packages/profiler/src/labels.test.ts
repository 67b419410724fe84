import { AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LabelScope } from './label-scope.ts';
import { profilingLabels, withProfilingLabels } from './labels.ts';
import { tracker } from './scope-tracker.ts';
import { watchLabels } from './testing/label-watch.ts';

const A = { model: 'clip-vit-l' };
const NODE_MAJOR = Number(process.versions.node.split('.')[0]);
const B = { model: 'paddleocr' };

describe('without a profiler', () => {
  it('only calls the function', () => {
    expect(withProfilingLabels(A, () => profilingLabels())).toEqual({});
    const promise = Promise.resolve(1);
    expect(withProfilingLabels(A, () => promise)).toBe(promise);
  });

  it('lets the error through', () => {
    const fail = () => {
      throw new Error('broken');
    };
    expect(() => withProfilingLabels(A, fail)).toThrow('broken');
  });
});

describe('with a profiler', () => {
  let samples: ReturnType<typeof watchLabels>;
  beforeEach(() => {
    samples = watchLabels();
  });
  afterEach(() => {
    samples.stop();
  });

  it('labels a synchronous call and returns its value', () => {
    expect(withProfilingLabels(A, () => [samples.now(), 42])).toEqual([A, 42]);
    expect(samples.now()).toEqual({});
  });

  it('writes numbers as text and leaves empty values out', () => {
    const labels = { layer: 3, batch: 0, camera: '' };
    expect(withProfilingLabels(labels, () => samples.now())).toEqual({ layer: '3', batch: '0' });
  });

  it('keeps the labels across every kind of waiting', async () => {
    const seen = await withProfilingLabels(A, async () => {
      const seen = [samples.now()];
      await Promise.resolve();
      seen.push(samples.now());
      await nextTurn();
      seen.push(samples.now());
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      seen.push(samples.now());
      await new Promise<void>((resolve) => process.nextTick(resolve));
      seen.push(samples.now());
      await new Promise<void>((resolve) => queueMicrotask(resolve));
      seen.push(samples.now());
      for await (const _chunk of [1, 2]) seen.push(samples.now());
      return seen;
    });
    expect(seen).toEqual(Array(8).fill(A));
    expect(samples.now()).toEqual({});
  });

  it('keeps the labels in callbacks that start inside', async () => {
    const seen = await withProfilingLabels(
      A,
      () => new Promise((resolve) => setTimeout(() => resolve(samples.now()), 0)),
    );
    expect(seen).toEqual(A);
  });

  it('adds to the labels outside, the inner value wins, and comes back to them', async () => {
    const seen: unknown[] = [];
    await withProfilingLabels({ model: 'outer', request: '7' }, async () => {
      await withProfilingLabels(B, async () => {
        await nextTurn();
        seen.push(samples.now());
      });
      seen.push(samples.now());
      await nextTurn();
      seen.push(samples.now());
    });
    expect(seen).toEqual([
      { model: 'paddleocr', request: '7' },
      { model: 'outer', request: '7' },
      { model: 'outer', request: '7' },
    ]);
  });

  it('never mixes concurrent work', async () => {
    const wrong: string[] = [];
    const job = (name: string) =>
      withProfilingLabels({ job: name }, async () => {
        for (let round = 0; round < 20; round++) {
          await (round % 3 === 0 ? nextTurn() : round % 3 === 1 ? Promise.resolve() : undefined);
          if (samples.now()['job'] !== name) wrong.push(`${name} ran as ${samples.now()['job']}`);
        }
      });
    await Promise.all(Array.from({ length: 100 }, (_, index) => job(`job-${index}`)));
    expect(wrong).toEqual([]);
  });

  it('removes the labels when the function throws', () => {
    const fail = () => {
      throw new Error('broken');
    };
    expect(() => withProfilingLabels(A, fail)).toThrow('broken');
    expect(samples.now()).toEqual({});
  });

  it('removes the labels from what a function that threw has left behind', async () => {
    let leftBehind: Promise<unknown> | undefined;
    const fail = () => {
      leftBehind = nextTurn().then(() => samples.now());
      throw new Error('broken');
    };
    expect(() => withProfilingLabels(A, fail)).toThrow('broken');
    expect(await leftBehind).toEqual({});
  });

  it('does not keep a chain of scopes when callbacks label their successors', async () => {
    const last = await new Promise<LabelScope>((resolve) => {
      let left = 50;
      const tick = () =>
        withProfilingLabels({ tick: left }, () => {
          if (left-- > 0) process.nextTick(tick);
          else resolve(tracker.scope);
        });
      tick();
    });
    expect(last.labels).toEqual({ tick: '0' });
    expect(last.outer?.outer).toBeUndefined();
  });

  it('removes the labels when the promise is rejected, and passes the error on', async () => {
    const failed = withProfilingLabels(A, async () => {
      await nextTurn();
      throw new Error('broken later');
    });
    await expect(failed).rejects.toThrow('broken later');
    expect(samples.now()).toEqual({});
  });

  it('does not label what outlives the call', async () => {
    let housekeeping: Promise<unknown> | undefined;
    await withProfilingLabels(A, async () => {
      housekeeping = nextTurn()
        .then(() => nextTurn())
        .then(() => samples.now());
      await Promise.resolve();
    });
    expect(await housekeeping).toEqual({});
  });

  it('falls back to the labels outside for what outlives the inner call', async () => {
    const seen = await withProfilingLabels(A, async () => {
      let leftBehind: Promise<unknown> | undefined;
      await withProfilingLabels(B, async () => {
        leftBehind = nextTurn().then(() => samples.now());
        await Promise.resolve();
      });
      return leftBehind;
    });
    expect(seen).toEqual(A);
  });

  it('returns to the caller after a callback of other work in between', async () => {
    const other = withProfilingLabels(B, () => new AsyncResource('pooled connection'));
    await withProfilingLabels(A, async () => {
      await nextTurn();
      // From Node 24 on the async hook comes before the resource's own context: the caller's stays.
      const { model } = other.runInAsyncScope(() => samples.now());
      expect(model).toBe(NODE_MAJOR >= 24 ? A.model : B.model);
      expect(samples.now()).toEqual(A);
    });
  });

  it('labels listeners by who emits', async () => {
    const bus = new EventEmitter();
    const seen: unknown[] = [];
    withProfilingLabels(A, () => bus.on('frame', () => seen.push(samples.now())));
    withProfilingLabels(B, () => bus.emit('frame'));
    bus.emit('frame');
    expect(seen).toEqual([B, {}]);
  });

  it('gives a thenable back untouched', () => {
    class Query {
      then(resolve: (value: number) => void) {
        resolve(1);
      }
      where() {
        return this;
      }
    }
    const query = new Query();
    expect(withProfilingLabels(A, () => query)).toBe(query);
  });

  it('tells the labels of the running code', async () => {
    await withProfilingLabels(A, async () => {
      await nextTurn();
      expect(profilingLabels()).toEqual(A);
    });
    expect(profilingLabels()).toEqual({});
  });

  it('survives an exception that ends a callback', async () => {
    const caught = new Promise((resolve) => {
      const others = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.once('uncaughtException', (error) => {
        for (const listener of others) process.on('uncaughtException', listener);
        resolve(error.message);
      });
    });
    withProfilingLabels(A, () => {
      setTimeout(() => {
        throw new Error('nobody caught this');
      }, 0);
    });
    expect(await caught).toBe('nobody caught this');
    await nextTurn();
    expect(samples.now()).toEqual({});
    expect(withProfilingLabels(B, () => samples.now())).toEqual(B);
    expect(samples.now()).toEqual({});
  });

  it('is off, and the application goes on, when the sampler fails', async () => {
    tracker.start((scope) => {
      if (Object.keys(scope.labels).length > 0) throw new Error('native part gone');
    });
    const value = await withProfilingLabels(A, async () => {
      await nextTurn();
      return 'done';
    });
    expect(value).toBe('done');
    expect(tracker.active).toBe(false);
  });
});
