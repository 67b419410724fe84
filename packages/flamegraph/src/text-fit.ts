/** What {@link TextFitter} needs of a canvas context. */
export interface TextMeasure {
  font: string;
  measureText(text: string): { readonly width: number };
}

const ELLIPSIS = '…';

/**
 * Cuts texts to a width. Widths of ASCII characters are measured once, so that fitting thousands of
 * labels in a frame asks the canvas for nothing; other texts are measured as a whole, because the
 * width of a character there depends on its neighbours.
 */
export class TextFitter {
  private readonly widths = new Float32Array(128);
  private readonly ellipsis: number;
  /** Below this width nothing readable fits. */
  readonly least: number;

  constructor(
    private readonly context: TextMeasure,
    readonly font: string,
  ) {
    context.font = font;
    for (let code = 32; code < 127; code++) {
      this.widths[code] = context.measureText(String.fromCharCode(code)).width;
    }
    this.ellipsis = context.measureText(ELLIPSIS).width;
    this.least = this.widths[0x6d]! + this.ellipsis;
  }

  /** The width of a text in CSS pixels. */
  width(text: string): number {
    let width = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > 126) return this.measured(text);
      width += this.widths[code]!;
    }
    return width;
  }

  /** The text, or its beginning and an ellipsis, that is no wider than `room`; empty when too little fits. */
  fit(text: string, room: number): string {
    if (room < this.least) return '';
    let width = 0;
    let cut = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > 126) return this.fitMeasured(text, room);
      width += this.widths[code]!;
      if (width + this.ellipsis <= room) cut = at + 1;
      if (width > room) return cut === 0 ? '' : text.slice(0, cut) + ELLIPSIS;
    }
    return text;
  }

  private measured(text: string): number {
    this.context.font = this.font;
    return this.context.measureText(text).width;
  }

  private fitMeasured(text: string, room: number): string {
    if (this.measured(text) <= room) return text;
    const characters = graphemes(text.slice(0, 512));
    let low = 0;
    let high = characters.length;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const fits = this.measured(characters.slice(0, middle).join('') + ELLIPSIS) <= room;
      if (fits) low = middle;
      else high = middle - 1;
    }
    return low === 0 ? '' : characters.slice(0, low).join('') + ELLIPSIS;
  }
}

/** What a reader sees as characters: an emoji made of several code points is never cut in two. */
function graphemes(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}
