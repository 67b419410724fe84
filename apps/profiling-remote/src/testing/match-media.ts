// jsdom has no media queries, and uPlot asks for the screen's density as soon as it is loaded.
window.matchMedia ??= (media: string) =>
  Object.assign(new EventTarget(), {
    media,
    matches: false,
    onchange: null,
    addListener: () => undefined,
    removeListener: () => undefined,
  });
export {};
