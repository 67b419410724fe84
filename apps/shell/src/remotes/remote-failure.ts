/** Where on its way a remote failed. */
export type RemotePhase = 'registry' | 'contract' | 'manifest' | 'code' | 'mount';

/** Why a remote is not shown. The message is a sentence for a person. */
export class RemoteFailure extends Error {
  override readonly name = 'RemoteFailure';

  constructor(
    readonly phase: RemotePhase,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The reason inside an unknown error, without a full stop, to stand after a colon. */
export function reasonOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'no answer in time';
  if (error instanceof TypeError && /fetch|network|load failed/i.test(error.message)) {
    // A wrong hash looks the same to a script as a server that is gone.
    return 'the server cannot be reached, or the file is not the published one';
  }
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0]!.trim().replace(/\.$/, '');
}
