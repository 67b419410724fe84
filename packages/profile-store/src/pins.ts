import { type TimeRange, type UnixMs } from '@hsi/profile-model';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';

/** A range of time that retention leaves alone, such as a baseline to compare with. */
export interface Pin extends TimeRange {
  readonly id: string;
  readonly tenant: string;
  readonly note: string;
  readonly createdMs: UnixMs;
}

/** The pinned ranges, in one small file that is replaced as a whole. */
export class Pins {
  private constructor(
    private readonly path: string,
    private pins: readonly Pin[],
  ) {}

  static async open(directory: string): Promise<Pins> {
    const path = join(directory, 'pins.json');
    const text = await fs.readFile(path, 'utf8').catch(() => '[]');
    return new Pins(path, parsePins(text));
  }

  list(tenant: string): readonly Pin[] {
    return this.pins.filter((pin) => pin.tenant === tenant);
  }

  /** True when a pinned range of any tenant touches this stretch of time. */
  covers(firstMs: UnixMs, lastMs: UnixMs): boolean {
    return this.pins.some(({ from, to }) => from <= lastMs && to >= firstMs);
  }

  async add(pin: Pin): Promise<void> {
    await this.save([...this.pins, pin]);
  }

  /** False when the tenant has no such pin. */
  async remove(tenant: string, id: string): Promise<boolean> {
    const kept = this.pins.filter((pin) => pin.tenant !== tenant || pin.id !== id);
    if (kept.length === this.pins.length) return false;
    await this.save(kept);
    return true;
  }

  private async save(pins: readonly Pin[]): Promise<void> {
    const file = await fs.open(`${this.path}.new`, 'w');
    try {
      await file.writeFile(JSON.stringify(pins));
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.rename(`${this.path}.new`, this.path);
    this.pins = pins;
  }
}

function parsePins(text: string): Pin[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return [];
  }
  return Array.isArray(parsed) ? parsed.filter(isPin) : [];
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
