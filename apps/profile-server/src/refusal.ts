import { MalformedProfile } from '@hsi/pprof-codec';
import { InvalidProfileType, InvalidSelector } from '@hsi/profile-model';
import { InvalidMatcher, ProfileRefused, StoreUnavailable } from '@hsi/profile-store';

/** Connect's codes that this server answers, with their HTTP status. */
export const STATUS = {
  invalid_argument: 400,
  unauthenticated: 401,
  not_found: 404,
  unimplemented: 404,
  method_not_allowed: 405,
  payload_too_large: 413,
  unsupported_media_type: 415,
  resource_exhausted: 429,
  internal: 500,
  unavailable: 503,
  deadline_exceeded: 504,
} as const;
export type RefusalCode = keyof typeof STATUS;

/** A request that is refused: a code, a sentence, and the reason that `/metrics` counts. */
export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    message: string,
    readonly reason: string,
    /** Seconds after which the client may try again. */
    readonly retryAfter?: number,
  ) {
    super(message);
    this.name = 'Refusal';
  }

  get status(): number {
    return STATUS[this.code];
  }
}

export function invalid(message: string, reason = 'invalid_request'): Refusal {
  return new Refusal('invalid_argument', message, reason);
}

/** The setting of each limit that a profile can go beyond. */
const LIMITS: Readonly<Record<string, string>> = {
  inflated_size: 'INGEST_INFLATED_LIMIT',
  sample_count: 'INGEST_SAMPLES_LIMIT',
  stack_depth: 'INGEST_DEPTH_LIMIT',
  string_length: 'INGEST_STRING_LIMIT',
  labels_per_series: 'LABELS_PER_SERIES',
  series_per_tenant: 'SERIES_PER_TENANT',
};

/** A profile that is refused, with the setting to raise when it is beyond a limit. */
function refusedProfile({ message, reason }: MalformedProfile | ProfileRefused): Refusal {
  const setting = LIMITS[reason];
  return invalid(
    setting === undefined ? message : `${message} The setting ${setting} raises the limit.`,
    reason,
  );
}

/** What to answer for an error of any layer. */
export function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof MalformedProfile || error instanceof ProfileRefused) {
    return refusedProfile(error);
  }
  if (error instanceof InvalidSelector || error instanceof InvalidMatcher) {
    return invalid(error.message, 'selector');
  }
  if (error instanceof InvalidProfileType) return invalid(error.message, 'profile_type');
  if (error instanceof StoreUnavailable) {
    return new Refusal('unavailable', error.message, 'store_unavailable', 2);
  }
  const status = httpStatus(error);
  if (status === 415) {
    return new Refusal(
      'unsupported_media_type',
      'The Content-Type header is no media type such as application/octet-stream or application/json.',
      'content_type',
    );
  }
  if (status !== undefined && status < 500) {
    return invalid(error instanceof Error ? error.message : 'The request cannot be read.', 'http');
  }
  return new Refusal('internal', 'The server failed to answer; its log says why.', 'internal');
}

function httpStatus(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}
