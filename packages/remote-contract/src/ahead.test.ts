import { expect, it } from 'vitest';
import { type AheadContext, formatAheadContext, parseAheadContext } from './index.ts';

const context: AheadContext = {
  basename: '/pyroscope',
  backendUrl: '/api',
  profilesUrl: '/profiles',
  tenant: undefined,
  search: '?service=rt-detr&filter=a|=|"b"',
};

it.each([context, { ...context, tenant: 'house-7' }, { ...context, search: undefined }])(
  'what an ahead script is told is read as it is written',
  (told) => {
    expect(parseAheadContext(formatAheadContext(told))).toEqual(told);
  },
);

it.each([undefined, null, '', 'null', '[]', '{"basename":"/pyroscope"}', '{"basename":1}'])(
  '%s tells it nothing',
  (text) => {
    expect(parseAheadContext(text)).toBeUndefined();
  },
);
