/**
 * Tells the backend what started, in which version, so that it is on the timeline of the page.
 * What cannot be told is left untold: a mark on a timeline is not worth a failed start.
 *
 * @param {object} options
 * @param {string} options.backend base URL, without a trailing slash
 * @param {string} options.token   the backend's token
 * @param {readonly { text: string, version: string, service?: string }[]} options.starts
 */
export async function reportStarts({ backend, token, starts }) {
  const posts = starts.map((start) =>
    fetch(`${backend}/api/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ kind: 'start', ...start }),
      signal: AbortSignal.timeout(5_000),
    }),
  );
  await Promise.allSettled(posts);
}
