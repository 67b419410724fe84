import { describe, expect, it } from 'vitest';
import { catalogOf, gate, settle, textLoader } from '../testing/fake-zoo.ts';
import { ModelZoo, type ZooEvent } from './zoo.ts';

function zooOf(models: string, budgetMb: number) {
  const loader = textLoader();
  const events: ZooEvent[] = [];
  const labelled: string[] = [];
  const clock = { now: 1_000, memory: 0 };
  const zoo = new ModelZoo({
    catalog: catalogOf(models),
    loader,
    budgetMb,
    now: () => clock.now,
    memory: () => clock.memory,
    underLabel: (model, work) => {
      labelled.push(model);
      return work();
    },
    onEvent: (event) => events.push(event),
  });
  const loaded = async () =>
    (await zoo.list()).filter(({ state }) => state === 'loaded').map(({ model }) => model.name);
  return { zoo, loader, events, labelled, clock, loaded };
}

describe('loading', () => {
  it('refuses a name that is not in the catalog', async () => {
    const { zoo } = zooOf('a:1', 10);
    await expect(zoo.load('b')).rejects.toMatchObject({
      code: 'unknown-model',
      message: expect.stringContaining('unknown model'),
    });
    await expect(zoo.status('__proto__')).rejects.toMatchObject({ code: 'unknown-model' });
  });

  it('refuses a disabled model and says disabled', async () => {
    const { zoo, loader } = zooOf('a:1 off:1!', 10);
    await expect(zoo.load('off')).rejects.toMatchObject({
      code: 'model-disabled',
      message: expect.stringContaining('disabled'),
    });
    expect(loader.calls).toEqual([]);
    expect(await zoo.status('off')).toMatchObject({ state: 'disabled' });
  });

  it('refuses a model whose file is missing, with the reason, and evicts nobody for it', async () => {
    const { zoo, loader, loaded } = zooOf('a:6 b:6', 10);
    loader.missing.add('b');
    await zoo.load('a');
    await expect(zoo.load('b')).rejects.toMatchObject({
      code: 'model-unavailable',
      message: 'b.onnx is missing.',
    });
    expect(await zoo.status('b')).toMatchObject({
      state: 'unavailable',
      reason: 'b.onnx is missing.',
    });
    expect(await loaded()).toEqual(['a']);
  });

  it('measures the time and the growth of memory', async () => {
    const { zoo, loader, clock } = zooOf('a:1', 10);
    loader.isSlow = true;
    const load = zoo.load('a');
    await settle();
    expect(await zoo.status('a')).toMatchObject({ state: 'loading' });
    clock.memory = 5_000_000;
    loader.finish();
    expect(await load).toEqual({ outcome: 'loaded', evicted: [] });
    expect(await zoo.status('a')).toMatchObject({
      state: 'loaded',
      measuredMemoryBytes: 5_000_000,
      loadMs: expect.any(Number),
      loadedAt: 1_000,
      weights: 'demo',
    });
  });

  it('never reports less than no memory', async () => {
    const { zoo, loader, clock } = zooOf('a:1', 10);
    clock.memory = 100;
    loader.isSlow = true;
    const load = zoo.load('a');
    await settle();
    clock.memory = 50;
    loader.finish();
    await load;
    expect(await zoo.status('a')).toMatchObject({ measuredMemoryBytes: 0 });
  });

  it('happens once for all callers', async () => {
    const { zoo, loader } = zooOf('a:1', 10);
    loader.isSlow = true;
    const loads = [zoo.load('a'), zoo.load('a'), zoo.load('a')];
    await settle();
    expect(loader.waiting).toEqual(['a']);
    loader.finish();
    expect((await Promise.all(loads)).map(({ outcome }) => outcome)).toEqual([
      'loaded',
      'shared',
      'shared',
    ]);
    expect(await zoo.load('a')).toMatchObject({ outcome: 'already-loaded' });
    expect(loader.calls).toEqual(['load a']);
  });

  it('goes one after the other, so that the memory of each can be told', async () => {
    const { zoo, loader, clock } = zooOf('a:1 b:1', 10);
    loader.isSlow = true;
    const loads = [zoo.load('a'), zoo.load('b')];
    await settle();
    expect(loader.waiting).toEqual(['a']);
    clock.memory += 5;
    loader.finish();
    await settle();
    expect(loader.waiting).toEqual(['b']);
    clock.memory += 7;
    loader.finish();
    await Promise.all(loads);
    expect(await zoo.status('a')).toMatchObject({ measuredMemoryBytes: 5 });
    expect(await zoo.status('b')).toMatchObject({ measuredMemoryBytes: 7 });
  });

  it('that fails reaches every caller and can be tried again', async () => {
    const { zoo, loader, events } = zooOf('a:1', 10);
    loader.isSlow = true;
    const loads = Promise.allSettled([zoo.load('a'), zoo.load('a')]);
    await settle();
    loader.fail('torn file');
    const reason = expect.objectContaining({
      code: 'load-failed',
      message: 'Loading a failed: torn file',
      cause: new Error('torn file'),
    });
    expect(await loads).toEqual([
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ]);
    expect(events).toEqual([{ type: 'load-failed', model: 'a', error: reason }]);
    expect(await zoo.status('a')).toMatchObject({
      state: 'unloaded',
      reason: 'The last load failed: torn file',
    });
    expect(zoo.usedMb()).toBe(0);

    loader.isSlow = false;
    await zoo.load('a');
    expect((await zoo.status('a')).reason).toBeUndefined();
  });

  it('puts the work under the label of its model', async () => {
    const { zoo, labelled } = zooOf('a:6 b:6', 10);
    await zoo.load('a');
    await zoo.use('b', async () => undefined);
    expect(labelled).toEqual(['a', 'a', 'b', 'b']); // load a, unload a, load b, run b
  });
});

describe('the memory budget', () => {
  it('unloads the least recently used models first, as many as it takes', async () => {
    const { zoo, loader, events, loaded } = zooOf('a:3 b:3 c:3 d:6', 10);
    for (const name of ['a', 'b', 'c']) await zoo.load(name);
    await zoo.use('a', async () => undefined);
    expect(await zoo.load('d')).toEqual({ outcome: 'loaded', evicted: ['b', 'c'] });
    expect(await loaded()).toEqual(['a', 'd']);
    expect(loader.calls.slice(3)).toEqual(['dispose b', 'dispose c', 'load d']);
    expect(events).toMatchObject([
      { type: 'evicted', model: 'b', for: 'd' },
      { type: 'evicted', model: 'c', for: 'd' },
    ]);
    expect(zoo.usedMb()).toBe(9);
  });

  it('leaves a model that takes no memory alone', async () => {
    const { zoo } = zooOf('cpu:0 a:6 b:6', 10);
    await zoo.load('cpu');
    await zoo.load('a');
    expect(await zoo.load('b')).toMatchObject({ evicted: ['a'] });
  });

  it('never takes a model that is in use: it says no and evicts nobody', async () => {
    const { zoo, loader, loaded } = zooOf('a:3 b:4 c:8', 10);
    await zoo.load('a');
    const running = gate();
    const use = zoo.use('b', () => running.passed);
    await settle();
    await expect(zoo.load('c')).rejects.toMatchObject({ code: 'memory-budget' });
    expect(await loaded()).toEqual(['a', 'b']);
    running.open();
    await use;
    expect(await zoo.load('c')).toMatchObject({ evicted: ['a', 'b'] });
    expect(loader.calls.at(-1)).toBe('load c');
  });

  it('says when a model can never fit', async () => {
    const { zoo } = zooOf('huge:11', 10);
    await expect(zoo.load('huge')).rejects.toMatchObject({
      code: 'memory-budget',
      message: expect.stringContaining('MODEL_ZOO_BUDGET_MB'),
    });
  });

  it('counts a load in progress, so that two loads do not share the same room', async () => {
    const { zoo, loader } = zooOf('a:6 b:6', 10);
    loader.isSlow = true;
    const first = zoo.load('a');
    await settle();
    await expect(zoo.load('b')).rejects.toMatchObject({ code: 'memory-budget' });
    loader.finish();
    await first;
    expect(zoo.usedMb()).toBe(6);
  });

  it('gets back the models that made room for a load that fails', async () => {
    const { zoo, loader, events, loaded } = zooOf('a:3 b:3 c:3 broken:6', 10);
    for (const name of ['a', 'b', 'c']) await zoo.load(name);
    loader.broken.add('broken');
    await expect(zoo.load('broken')).rejects.toThrow('broken is broken');
    expect(await loaded()).toEqual(['a', 'b', 'c']);
    expect(events.map(({ type, model }) => `${type} ${model}`)).toEqual([
      'evicted a',
      'evicted b',
      'load-failed broken',
      'restored a',
      'restored b',
    ]);
    // The order of use is as before, too.
    loader.broken.delete('broken');
    expect(await zoo.load('broken')).toMatchObject({ evicted: ['a', 'b'] });
  });

  it('says so when a model cannot be brought back', async () => {
    const { zoo, loader, events } = zooOf('a:6 broken:6', 10);
    await zoo.load('a');
    loader.broken.add('broken').add('a');
    await expect(zoo.load('broken')).rejects.toThrow('broken is broken');
    expect(events.at(-1)).toMatchObject({ type: 'restore-failed', model: 'a' });
    expect(zoo.usedMb()).toBe(0);
  });

  it('does not bring a model back into room that another took meanwhile', async () => {
    const { zoo, loader, events, loaded } = zooOf('a:8 small:4 c:6', 10);
    await zoo.load('a');
    loader.isSlow = true;
    const failing = zoo.load('small');
    await settle();
    const other = zoo.load('c');
    await settle();
    loader.fail('torn file');
    await expect(failing).rejects.toThrow('torn file');
    await settle();
    loader.finish();
    await other;
    expect(await loaded()).toEqual(['c']);
    expect(events.at(-1)).toMatchObject({ type: 'restore-failed', model: 'a' });
  });
});

describe('unloading', () => {
  it('frees the memory, once', async () => {
    const { zoo, loader } = zooOf('a:3', 10);
    await zoo.load('a');
    expect(await zoo.unload('a')).toEqual({ outcome: 'unloaded' });
    expect(await zoo.unload('a')).toEqual({ outcome: 'not-loaded' });
    expect(loader.calls).toEqual(['load a', 'dispose a']);
    expect(zoo.usedMb()).toBe(0);
  });

  it('and loading at once end with the model loaded and its memory counted once', async () => {
    const { zoo, loader } = zooOf('a:6', 10);
    await zoo.load('a');
    await Promise.all([zoo.unload('a'), settle().then(() => zoo.load('a'))]);
    const unload = zoo.unload('a');
    await Promise.resolve();
    await Promise.all([unload, zoo.load('a')]);
    expect(await zoo.status('a')).toMatchObject({ state: 'loaded' });
    expect(zoo.usedMb()).toBe(6);
    expect(loader.calls.filter((call) => call === 'load a')).toHaveLength(3);
  });

  it('waits for nobody: a model in use or being loaded stays', async () => {
    const { zoo, loader } = zooOf('a:3 b:3', 10);
    const running = gate();
    const use = zoo.use('a', () => running.passed);
    await settle();
    await expect(zoo.unload('a')).rejects.toMatchObject({ code: 'model-in-use' });
    running.open();
    await use;

    loader.isSlow = true;
    const load = zoo.load('b');
    await settle();
    await expect(zoo.unload('b')).rejects.toMatchObject({ code: 'model-in-use' });
    loader.finish();
    await load;
  });

  it('that fails is said, and the model is gone all the same', async () => {
    const { zoo, loader, events } = zooOf('a:3', 10);
    await zoo.load('a');
    loader.dispose = () => Promise.reject(new Error('stuck'));
    await zoo.unload('a');
    expect(events).toMatchObject([{ type: 'dispose-failed', model: 'a' }]);
    expect(zoo.usedMb()).toBe(0);
  });

  it('of everything ends the zoo', async () => {
    const { zoo, loader } = zooOf('a:3 b:3', 10);
    await zoo.load('a');
    loader.isSlow = true;
    const load = zoo.load('b');
    await settle();
    const closing = zoo.close();
    loader.finish();
    await Promise.all([closing, load]);
    expect(loader.calls.slice(2)).toEqual(['dispose a', 'dispose b']);
  });
});

describe('using a model', () => {
  it('loads it first, gives the result back and counts the run', async () => {
    const { zoo, clock } = zooOf('a:3', 10);
    clock.now = 7_000;
    const result = await zoo.use('a', async (loaded, { outcome }) => `${outcome}: ${loaded}`);
    expect(result).toBe('loaded: a in memory');
    expect(await zoo.status('a')).toMatchObject({ runs: 1, inUse: 0, lastUsedAt: 7_000 });
  });

  it('passes on what the work throws', async () => {
    const { zoo } = zooOf('a:3', 10);
    await expect(zoo.use('a', () => Promise.reject(new Error('bad input')))).rejects.toThrow(
      'bad input',
    );
    expect(await zoo.status('a')).toMatchObject({ state: 'loaded', inUse: 0 });
  });

  it('shows how many runs go on', async () => {
    const { zoo } = zooOf('a:3', 10);
    const running = gate();
    const uses = [zoo.use('a', () => running.passed), zoo.use('a', () => running.passed)];
    await settle();
    expect(await zoo.status('a')).toMatchObject({ inUse: 2 });
    running.open();
    await Promise.all(uses);
  });

  it('knows which models could run', async () => {
    const { zoo, loader } = zooOf('a:3 off:3! gone:3', 10);
    loader.missing.add('gone');
    expect(await zoo.requireRunnable('a')).toMatchObject({ state: 'unloaded' });
    await expect(zoo.requireRunnable('off')).rejects.toMatchObject({ code: 'model-disabled' });
    await expect(zoo.requireRunnable('gone')).rejects.toMatchObject({ code: 'model-unavailable' });
  });
});
