import { join } from 'node:path';
import {
  type EventsQuery,
  type EventsResponse,
  type NewEvent,
  TimelineEvent,
} from '@hsi/backend-api';
import { RecordLog } from './record-log.ts';

const KEEP = 5_000;
const MAXIMUM_ANSWER = 500;

/** Marks for the timeline: starts, deploys, notes. */
export class EventLog {
  readonly #log: RecordLog<typeof TimelineEvent>;

  constructor(folder: string, warn: (message: string) => void, keep = KEEP) {
    this.#log = new RecordLog({
      path: join(folder, 'events.jsonl'),
      schema: TimelineEvent,
      keep,
      warn,
    });
  }

  get failure(): string | undefined {
    return this.#log.failure;
  }

  append(event: NewEvent, now: number): TimelineEvent {
    return this.#log.append({ ...event, time: event.time ?? now });
  }

  /** The oldest first; of more than fit, the latest. An event without a service is everybody's. */
  query({ from, to, service }: EventsQuery): EventsResponse {
    const events = this.#log.records
      .filter(
        (event) =>
          (from === undefined || event.time >= from) &&
          (to === undefined || event.time < to) &&
          (service === undefined || event.service === undefined || event.service === service),
      )
      .toSorted((a, b) => a.time - b.time)
      .slice(-MAXIMUM_ANSWER);
    return { events };
  }

  close(): void {
    this.#log.close();
  }
}
