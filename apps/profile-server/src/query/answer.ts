import { type DescMessage, type MessageShape, toBinary, toJson } from '@bufbuild/protobuf';
import { type ProfileStore } from '@hsi/profile-store';

/** What a method knows besides its request. */
export interface QueryContext {
  readonly store: ProfileStore;
  readonly tenant: string;
  /** True when the client takes label names beyond letters, digits and underscores. */
  readonly allowsUtf8Names: boolean;
}

/** An answer that can be written in both of Connect's encodings. */
export interface Answer {
  json(): string;
  binary(): Uint8Array;
}

/** The answer that is a message of protobuf. */
export function message<Schema extends DescMessage>(
  schema: Schema,
  value: MessageShape<Schema>,
): Answer {
  return {
    json: () => JSON.stringify(toJson(schema, value)),
    binary: () => toBinary(schema, value),
  };
}
