import { type TimeRange, type UnixMs } from '@hsi/profile-model';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { StoreUnavailable, UnusableDataDirectory } from './errors.ts';
import { syncDirectory } from './sync.ts';

const FILE = 'pins.json';

/** A range of time that retention leaves alone, such as a baseline to compare with. */
export interface Pin extends TimeRange {
  readonly id: string;
  readonly tenant: string;
  readonly note: string;
  readonly createdMs: UnixMs;
}

/** The pinned ranges, in one small file that is replaced as a whole. */
export class Pins {
  /** The last change; the next one waits for it. */
  private change: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly directory: string,
    private pins: readonly Pin[],
  ) {}

  /** @throws UnusableDataDirectory when the file is there and cannot be read: without it retention would remove what is pinned */
  static async open(directory: string): Promise<Pins> {
    const path = join(directory, FILE);
    try {
      return new Pins(directory, parsePins(await fs.readFile(path, 'utf8')));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        return new Pins(directory, []);
      }
      throw new UnusableDataDirectory(
        `The pinned ranges in ${path} cannot be read (${error instanceof Error ? error.message : String(error)}). ` +
          'Correct the file, or remove it to unpin everything.',
        { cause: error },
      );
    }
  }

  list(tenant: string): readonly Pin[] {
    return this.pins.filter((pin) => pin.tenant === tenant);
  }

  /** True when a pinned range of any tenant touches this stretch of time. */
  covers(firstMs: UnixMs, lastMs: UnixMs): boolean {
    return this.pins.some(({ from, to }) => from <= lastMs && to >= firstMs);
  }

  /** @throws StoreUnavailable */
  async add(pin: Pin): Promise<void> {
    await this.replace((pins) => [...pins, pin]);
  }

  /** False when the tenant has no such pin. @throws StoreUnavailable */
  async remove(tenant: string, id: string): Promise<boolean> {
    if (!this.list(tenant).some((pin) => pin.id === id)) return false;
    await this.replace((pins) => pins.filter((pin) => pin.tenant !== tenant || pin.id !== id));
    return true;
  }

  private async replace(changed: (pins: readonly Pin[]) => readonly Pin[]): Promise<void> {
    const change = this.change.then(async () => {
      const pins = changed(this.pins);
      await this.save(pins);
      this.pins = pins;
    });
    this.change = change.catch(() => undefined);
    await change.catch((error: unknown) => {
      throw new StoreUnavailable(error instanceof Error ? error.message : String(error), {
        cause: error,
      });
    });
  }

  private async save(pins: readonly Pin[]): Promise<void> {
    const path = join(this.directory, FILE);
    const file = await fs.open(`${path}.new`, 'w');
    try {
      await file.writeFile(JSON.stringify(pins));
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(`${path}.new`, path);
    await syncDirectory(this.directory);
  }
}

function parsePins(text: string): readonly Pin[] {
  const parsed: unknown = JSON.parse(text);
  if (!Array.isArray(parsed) || !parsed.every(isPin)) throw new TypeError('it holds no pins');
  return parsed;
}

function isPin(value: unknown): value is Pin {
  if (typeof value !== 'object' || value === null) return false;
  const { id, tenant, from, to } = value as Partial<Pin>;
  return (
    typeof id === 'string' &&
    typeof tenant === 'string' &&
    typeof from === 'number' &&
    typeof to === 'number'
  );
}
