import net from 'node:net';

/**
 * The answer to a request line as written, without the tidying that HTTP clients do to a path.
 * Returns status and body.
 */
export async function rawRequest(
  origin: string,
  line: string,
  headers: readonly string[] = [],
): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(origin);
  const socket = net.connect(Number(port), hostname);
  socket.write(
    [`${line} HTTP/1.1`, `Host: ${hostname}:${port}`, 'Connection: close', ...headers, '', ''].join(
      '\r\n',
    ),
  );
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return { status: Number(text.split(' ')[1]), text };
}
