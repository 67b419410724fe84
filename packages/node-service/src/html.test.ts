import { expect, it } from 'vitest';
import { escapeHtml } from './html.ts';

it('what is escaped ends no element and no attribute, and is read back as it was', () => {
  expect(escapeHtml(`a & b < c > d "e" 'f' &amp;`)).toBe(
    'a &amp; b &lt; c &gt; d &quot;e&quot; &#39;f&#39; &amp;amp;',
  );
});
