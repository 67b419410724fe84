import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type ProcessHost, runService, type ServiceMessage, startFailure } from './run-service.ts';

class FakeProcess extends EventEmitter implements ProcessHost {
  readonly messages: ServiceMessage[] = [];
  readonly exits: number[] = [];
  connected = true;
  errors = '';
  readonly stderr = { write: (text: string) => (this.errors += text) };

  exit(code: number): void {
    this.exits.push(code);
    this.emit('exited');
  }

  send(message: ServiceMessage, sent: () => void): void {
    this.messages.push(message);
    sent();
  }

  exited(): Promise<void> {
    return new Promise((resolve) => this.once('exited', resolve));
  }
}

function portTaken(port: number): Error {
  return Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE', port });
}

describe('runService', () => {
  it('tells the parent when it is ready', async () => {
    const host = new FakeProcess();
    await runService({ name: 'x', start: async () => ({ close: async () => {} }) }, host);
    expect(host.messages).toEqual([{ type: 'ready' }]);
    expect(host.exits).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGINT', 'disconnect'])(
    'closes once and exits with 0 on %s',
    async (event) => {
      const host = new FakeProcess();
      let closed = 0;
      await runService(
        { name: 'x', start: async () => ({ close: async () => void closed++ }) },
        host,
      );
      const exited = host.exited();
      host.emit(event);
      host.emit('SIGTERM');
      await exited;
      expect({ closed, exits: host.exits }).toEqual({ closed: 1, exits: [0] });
    },
  );

  it('exits although closing fails, and says why', async () => {
    const host = new FakeProcess();
    const close = () => Promise.reject(new Error('disk gone'));
    await runService({ name: 'store', start: async () => ({ close }) }, host);
    const exited = host.exited();
    host.emit('SIGTERM');
    await exited;
    expect(host.exits).toEqual([0]);
    expect(host.errors).toBe('store: closing failed: disk gone\n');
  });

  it('exits with 1 when closing takes longer than the limit', async () => {
    const host = new FakeProcess();
    const close = () => new Promise<void>(() => {});
    await runService({ name: 'x', closeLimitMs: 1, start: async () => ({ close }) }, host);
    const exited = host.exited();
    host.emit('SIGTERM');
    await exited;
    expect(host.exits).toEqual([1]);
  });

  it('names a taken port and its setting, to the parent and on the terminal', async () => {
    const host = new FakeProcess();
    const start = () => Promise.reject(portTaken(8000));
    await runService({ name: 'backend', portSetting: 'BACKEND_PORT', start }, host);
    const message = 'Port 8000 is taken by another program. Set BACKEND_PORT to a free one.';
    expect(host.messages).toEqual([{ type: 'failed', message }]);
    expect(host.errors).toBe(`backend: ${message}\n`);
    expect(host.exits).toEqual([1]);
  });

  it('works without a parent', async () => {
    const host = new FakeProcess();
    host.connected = false;
    await runService({ name: 'x', start: async () => ({ close: async () => {} }) }, host);
    expect(host.messages).toEqual([]);
  });
});

describe('startFailure', () => {
  it('says that a low port needs rights', () => {
    const error = Object.assign(new Error('listen EACCES'), { code: 'EACCES', port: 80 });
    expect(startFailure({ name: 'gateway', portSetting: 'GATEWAY_PORT' }, error)).toBe(
      'Port 80 needs rights that this user lacks. Set GATEWAY_PORT to one above 1023.',
    );
  });

  it.each([
    [new Error('no such folder'), 'no such folder'],
    ['plain text', 'plain text'],
  ])('passes other reasons on', (error, expected) => {
    expect(startFailure({ name: 'x' }, error)).toBe(expected);
  });
});
