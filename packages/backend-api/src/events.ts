import * as v from 'valibot';
import { UnixMs } from './common.ts';

/** `start`: a service started, with its version; `deploy` and `note`: posted by people or scripts. */
export const EventKind = v.picklist(['start', 'deploy', 'note']);
export type EventKind = v.InferOutput<typeof EventKind>;

const oneLine = (maximum: number) =>
  v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(maximum), v.regex(/^[^\p{Cc}]*$/u));

/** Body of `POST /api/events`. */
export const NewEvent = v.object({
  kind: EventKind,
  text: oneLine(200),
  /** Pyroscope's `service_name`; absent for an event of the whole system. */
  service: v.optional(oneLine(64)),
  version: v.optional(oneLine(64)),
  /** Defaults to the moment it arrives. */
  time: v.optional(UnixMs),
});
export type NewEvent = v.InferOutput<typeof NewEvent>;

/** One mark on the timeline. */
export const TimelineEvent = v.object({
  id: v.pipe(v.number(), v.integer(), v.minValue(1)),
  kind: EventKind,
  text: v.string(),
  service: v.optional(v.string()),
  version: v.optional(v.string()),
  time: UnixMs,
});
export type TimelineEvent = v.InferOutput<typeof TimelineEvent>;

const queryTime = v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number), UnixMs);

/** Query of `GET /api/events`. */
export const EventsQuery = v.object({
  from: v.optional(queryTime),
  to: v.optional(queryTime),
  service: v.optional(v.pipe(v.string(), v.maxLength(64))),
});
export type EventsQuery = v.InferOutput<typeof EventsQuery>;

/** `GET /api/events`: the oldest first, at most the 500 latest of the range. */
export const EventsResponse = v.object({ events: v.array(TimelineEvent) });
export type EventsResponse = v.InferOutput<typeof EventsResponse>;
