import { fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CappedLog } from './capped-log.mjs';

const STOP_LIMIT_MS = 6_000;
const RESTART_DELAYS_MS = [500, 1_000, 2_000, 5_000, 10_000];
/** A process that ran this long before it ended starts again without delay. */
const STEADY_MS = 30_000;

/**
 * @typedef {{ name: string, module: string, args: string[], port: string, env: Record<string, string | undefined> }} Plan
 */

/**
 * Starts processes, starts one that ends unexpectedly again, and stops them all. The children
 * stop by themselves when this process dies, because their IPC channel closes.
 */
export class Supervisor {
  /** @type {Map<string, import('node:child_process').ChildProcess>} */
  #children = new Map();
  /** @type {Set<NodeJS.Timeout>} */
  #timers = new Set();
  #stopping = false;
  #logs;
  #say;

  /** @param {{ logs: string, say: (text: string) => void }} options `logs`: folder for output */
  constructor({ logs, say }) {
    this.#logs = logs;
    this.#say = say;
    mkdirSync(logs, { recursive: true });
  }

  /**
   * Starts a process and resolves when it says that it is ready.
   * @param {Plan} plan
   * @param {number} limitMs
   */
  async start(plan, limitMs = 30_000) {
    const child = this.#fork(plan);
    await new Promise((resolve, reject) => {
      const timer = setTimeout(
        () =>
          reject(
            new Error(`${plan.name} was not ready after ${limitMs / 1000} s: ${this.#log(plan)}`),
          ),
        limitMs,
      );
      child.on('message', (/** @type {{ type: string, message?: string }} */ message) => {
        if (message.type === 'ready') settle(() => resolve(undefined));
        if (message.type === 'failed') {
          settle(() => reject(new Error(`${plan.name}: ${message.message}`)));
        }
      });
      child.once('exit', (code, signal) =>
        settle(() =>
          reject(
            new Error(
              `${plan.name} ended at once (${signal ?? `code ${code}`}): ${this.#log(plan)}`,
            ),
          ),
        ),
      );
      /** @param {() => void} finish */
      function settle(finish) {
        clearTimeout(timer);
        finish();
      }
    });
    this.#watch(plan, child, 0);
  }

  /** Sends SIGTERM to all, then SIGKILL to those that take too long. */
  async stop() {
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const ending = [...this.#children.values()].map(
      (child) =>
        new Promise((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) return resolve(undefined);
          const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
          child.once('exit', () => {
            clearTimeout(timer);
            resolve(undefined);
          });
          child.kill('SIGTERM');
        }),
    );
    await Promise.all(ending);
  }

  /** Ends all at once. */
  kill() {
    this.#stopping = true;
    for (const child of this.#children.values()) child.kill('SIGKILL');
  }

  /** @param {Plan} plan */
  #fork(plan) {
    const child = fork(plan.module, plan.args, {
      env: { ...baseEnvironment(), ...plan.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: ['--enable-source-maps'],
    });
    const log = new CappedLog(this.#log(plan));
    child.stdout?.on('data', (chunk) => log.write(chunk));
    child.stderr?.on('data', (chunk) => log.write(chunk));
    this.#children.set(plan.name, child);
    return child;
  }

  /**
   * @param {Plan} plan
   * @param {import('node:child_process').ChildProcess} child
   * @param {number} failures
   */
  #watch(plan, child, failures) {
    const startedAt = Date.now();
    child.once('exit', (code, signal) => {
      if (this.#stopping) return;
      const failed = Date.now() - startedAt > STEADY_MS ? 0 : failures + 1;
      const delay = RESTART_DELAYS_MS[Math.min(failed, RESTART_DELAYS_MS.length - 1)] ?? 0;
      this.#say(
        `${plan.name} ended unexpectedly (${signal ?? `code ${code}`}); starting it again in ${delay / 1000} s. Its output: ${this.#log(plan)}`,
      );
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        this.#watch(plan, this.#fork(plan), failed);
      }, delay);
      this.#timers.add(timer);
    });
  }

  /** @param {Plan} plan */
  #log(plan) {
    return join(this.#logs, `${plan.name}.log`);
  }
}

/** What children inherit: the surroundings, without npm's own variables. */
function baseEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) && name !== 'INIT_CWD'),
  );
}
