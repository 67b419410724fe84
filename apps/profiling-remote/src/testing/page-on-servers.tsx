import './match-media.ts';
import { type MountContext, type Unmount } from '@hsi/remote-contract';
import { act, fireEvent, screen } from '@testing-library/react';
import { onTestFinished, vi } from 'vitest';
import { mount } from '../mount.tsx';
import { type FakeServers } from './fake-servers.ts';

const realImmediate = setImmediate;

/** After this the page has answered to what immediate servers said. */
const SETTLED_MS = 20;

export interface OpenPage {
  readonly element: HTMLElement;
  /** Lets the time pass, and everything that is due happen. */
  wait(milliseconds: number): Promise<void>;
  click(testId: string): Promise<void>;
  unmount(): void;
}

/** Mounts the whole page at this query string, against these servers, on a clock of its own. */
export async function openPage(servers: FakeServers, search = ''): Promise<OpenPage> {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', servers.fetch);
  fakeAbortTimeouts();
  window.history.replaceState(null, '', `/pyroscope${search}`);
  const element = document.createElement('div');
  document.body.append(element);
  const unmount = mountInto(element);
  const wait = (milliseconds: number) =>
    act(async () => {
      await vi.advanceTimersByTimeAsync(milliseconds);
      // Bodies of responses and lazy modules arrive through the platform, not by the test's clock.
      for (let turn = 0; turn < 5; turn += 1) {
        await new Promise((resolve) => realImmediate(resolve));
        await vi.advanceTimersByTimeAsync(1);
      }
    });
  onTestFinished(async () => {
    await act(async () => unmount());
    element.remove();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  await wait(SETTLED_MS);
  return {
    element,
    unmount,
    wait,
    click: async (testId) => {
      fireEvent.click(screen.getByTestId(testId));
      await wait(SETTLED_MS);
    },
  };
}

/** `mount`, with React told that it is a test's doing. */
export function mountInto(element: HTMLElement, context?: Partial<MountContext>): Unmount {
  let unmount: Unmount = () => undefined;
  act(() => {
    unmount = mount(element, context);
  });
  return unmount;
}

/** Puts `AbortSignal.timeout` on the test's clock, which fake timers alone do not. */
export function fakeAbortTimeouts(): void {
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException('time', 'TimeoutError')), milliseconds);
    return controller.signal;
  });
}

/** Stands for the document inside the page's frame: an address that both sides can change. */
export class FakeDashboard {
  /** Every address that the page went to without loading anew. */
  readonly moves: string[] = [];
  private readonly address: URL;

  /** Takes the place of the frame's window and reports it as loaded. */
  constructor(private readonly frame: HTMLElement) {
    this.address = new URL(frame.getAttribute('src') ?? '', window.location.href);
    const history = {
      state: null,
      replaceState: (_state: unknown, _unused: string, href: string) => {
        this.address.href = href;
      },
    };
    const content = {
      history,
      dispatchEvent: () => this.moves.push(this.address.href),
      location: this.address,
    };
    Object.defineProperty(frame, 'contentWindow', { value: content, configurable: true });
    this.load();
  }

  load(): void {
    act(() => void fireEvent.load(this.frame));
  }

  /** What the person does inside the frame, or Grafana by itself. */
  set(parameters: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(parameters)) {
      this.address.searchParams.set(name, value);
    }
  }

  goTo(path: string): void {
    this.address.href = new URL(path, this.address).href;
  }

  get(parameter: string): string | null {
    return this.address.searchParams.get(parameter);
  }
}
