import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterEach, beforeEach, vi } from 'vitest';

// What is awaited comes in milliseconds, unless the machine is busy; then waiting is right.
configure({ asyncUtilTimeout: 10_000 });

/** jsdom has no media queries: a narrow screen that can become wide. */
export const screenWidth = Object.assign(new EventTarget(), { matches: false });
beforeEach(() => {
  screenWidth.matches = false;
  vi.stubGlobal('matchMedia', () => screenWidth);
});

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
