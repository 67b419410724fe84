import { invalid } from '../refusal.ts';

const MAX_PARTS = 16;
const MAX_HEADER_BYTES = 8_192;

/** The parts of a multipart form by name. @throws Refusal */
export function parseMultipart(body: Buffer, contentType: string): Map<string, Buffer> {
  const boundary = /boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType);
  const name = boundary?.[1] ?? boundary?.[2];
  if (name === undefined) throw invalid('The multipart form has no boundary.', 'multipart');
  const delimiter = Buffer.from(`--${name}`);
  const parts = new Map<string, Buffer>();
  let at = body.indexOf(delimiter);
  while (at >= 0) {
    const start = at + delimiter.length;
    if (body.toString('latin1', start, start + 2) === '--') return parts;
    const end = body.indexOf(Buffer.from(`\r\n--${name}`), start);
    if (end < 0) break;
    const [partName, content] = parsePart(body.subarray(start + 2, end));
    parts.set(partName, content);
    if (parts.size > MAX_PARTS)
      throw invalid(`The form has more than ${MAX_PARTS} parts.`, 'multipart');
    at = end + 2;
  }
  throw invalid('The multipart form is cut off: its last boundary is absent.', 'multipart');
}

function parsePart(part: Buffer): [name: string, content: Buffer] {
  const headersEnd = part.indexOf('\r\n\r\n');
  if (headersEnd > MAX_HEADER_BYTES) {
    throw invalid(
      `A part of the multipart form has more than ${MAX_HEADER_BYTES} bytes of headers.`,
      'multipart',
    );
  }
  const headers = part.toString('latin1', 0, Math.max(0, headersEnd)).split('\r\n');
  const disposition = headers.find((line) => /^content-disposition:/i.test(line));
  const name = /[;\s]name="?([^";]+)/i.exec(disposition ?? '')?.[1];
  if (name === undefined) throw invalid('A part of the multipart form has no name.', 'multipart');
  return [name, part.subarray(headersEnd + 4)];
}
