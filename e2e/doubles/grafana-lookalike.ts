import { POINT_TIME } from '../../tools/grafana/double/show-dashboard.ts';
import { document } from './grafana-pages.ts';

/** Where the page gets what it shows; below Grafana's sub-path, no path of Grafana's. */
export const SHOWN = '/double-shown';

/**
 * Draws a saved dashboard, as tools/grafana/double works it out, with Grafana's markup where a test
 * looks: panels by `data-testid Panel header <title>`, variables by `data-testid template variable`
 * with options by `data-testid Select option`, errors and missing data by their test ids, canvases
 * for time series and flame graphs, a link on a clicked point, dashboard links. So the suite for a
 * real Grafana (`npm run e2e:grafana`) can be tried without one.
 */
export function lookalikePage(): string {
  return document(
    'HSI Profiling - Dashboards - Grafana',
    `<div id="controls"></div><main id="panels"></main>
     <style>
       #controls > * { margin-right: 12px; position: relative; }
       #controls [data-testid="data-testid Select option"] { background: #333; cursor: pointer; }
       #panels { position: relative; }
       section { position: absolute; overflow: hidden; box-sizing: border-box; padding: 4px; }
       h2 { font-size: 13px; margin: 0 0 4px; }
     </style>
     <script>const SHOWN = ${JSON.stringify(SHOWN)}, POINT_TIME = ${JSON.stringify(POINT_TIME)};
     ${SCRIPT}</script>`,
  );
}

const SCRIPT = `
  const HEIGHT = 38;
  let renders = 0;

  function element(tag, properties = {}, ...children) {
    const made = document.createElement(tag);
    const { testid, ...rest } = properties;
    if (testid !== undefined) made.dataset.testid = testid;
    Object.assign(made, rest);
    made.append(...children);
    return made;
  }

  function goTo(url) {
    history.pushState(null, '', url);
    void render();
  }

  function choose(name, values) {
    const url = new URL(location.href);
    url.searchParams.delete('var-' + name);
    for (const value of values) url.searchParams.append('var-' + name, value);
    goTo(url);
  }

  // A link without a target stays in the page, as Grafana's router has it.
  function link({ title, href }) {
    return element('a', {
      textContent: title, href,
      onclick: (event) => { event.preventDefault(); goTo(href); },
    });
  }

  function control({ name, label, text, multi, options }) {
    const list = element('span');
    let picked = [];
    const input = element('input', {
      oninput: () => list.replaceChildren(...options
        .filter((option) => option.text.toLowerCase().includes(input.value.toLowerCase()))
        .map((option) => element('div', {
          testid: 'data-testid Select option', textContent: option.text,
          onmousedown: (event) => event.preventDefault(),
          onclick: () => {
            picked = [...picked, option.value];
            if (!multi) choose(name, picked);
          },
        }))),
      onblur: () => { if (picked.length > 0 && multi) choose(name, picked); },
      onkeydown: ({ key }) => {
        if (key === 'Enter' && input.value !== '') choose(name, [input.value]);
      },
    });
    return element('span', { testid: 'data-testid template variable' },
      element('label', { textContent: label + ' ' }), text + ' ', input, list);
  }

  function canvas(width, height, testid) {
    const made = element('canvas', { width, height, testid });
    made.style.width = '100%';
    return made;
  }

  function lines({ lines, pointLink }, body, { from, to }) {
    const made = canvas(600, 200, 'uplot');
    const context = made.getContext('2d');
    for (const [at, colour] of ['#444', '#666', '#888'].entries()) {
      context.fillStyle = colour;
      context.fillRect(0, 197 - at * 90, 600, 1);
    }
    const top = Math.max(...lines.flatMap(({ points }) => points.map(([, value]) => value)));
    const drawn = lines.flatMap(({ points }, index) => points.map(([time, value]) => {
      const x = (600 * (time - from)) / (to - from);
      context.fillStyle = 'hsl(' + index * 90 + ' 60% 50%)';
      context.fillRect(x - 2, 193 - (190 * value) / top, 4, 4);
      return { x, time };
    }));
    made.onclick = ({ offsetX }) => {
      const x = (offsetX * 600) / made.clientWidth;
      const near = drawn.reduce((a, b) => (Math.abs(b.x - x) < Math.abs(a.x - x) ? b : a));
      if (Math.abs(near.x - x) > 15 || !pointLink) return;
      body.querySelector('a')?.remove();
      body.prepend(link({ ...pointLink, href: pointLink.href.replace(POINT_TIME, near.time) }));
    };
    body.append(made, element('div', { textContent: lines.map(({ name }) => name).join(' ') }));
  }

  function graph({ graph: { levels, total } }, body) {
    const made = canvas(600, 300, 'flameGraph');
    const context = made.getContext('2d');
    levels.forEach((values, row) => {
      let x = 0;
      for (let i = 0; i + 3 < values.length; i += 4) {
        x += values[i];
        const width = values[i + 1];
        context.fillStyle = 'hsl(' + ((values[i + 3] * 47) % 360) + ' 60% 50%)';
        if (total > 0) context.fillRect((600 * x) / total, row * 12, (600 * width) / total, 11);
        x += width;
      }
    });
    body.append(made);
  }

  const draw = {
    lines, graph,
    value: ({ text }, body) => body.append(text),
    text: ({ text }, body) => body.append(text),
    'no data': ({ text }, body) =>
      body.append(element('div', { testid: 'data-testid Panel data error message', textContent: text })),
    // As Grafana's: what went wrong is said under the pointer only.
    error: ({ text }, body) => {
      const tooltip = element('div', { role: 'tooltip', textContent: text });
      body.append(element('button', {
        testid: 'data-testid Panel status error', ariaLabel: 'Panel status', textContent: '!',
        onmouseenter: () => body.append(tooltip),
        onmouseleave: () => tooltip.remove(),
      }));
    },
    none: () => {},
  };

  function panel({ title, gridPos: { x, y, w, h }, content }, range) {
    const body = element('div');
    const section = element('section', { testid: 'data-testid Panel header ' + title },
      element('h2', { textContent: title }), body);
    Object.assign(section.style, {
      left: (100 * x) / 24 + '%', top: y * HEIGHT + 'px',
      width: (100 * w) / 24 + '%', height: h * HEIGHT + 'px',
    });
    draw[content.kind](content, body, range);
    return section;
  }

  async function render() {
    const turn = ++renders;
    const response = await fetch('/grafana' + SHOWN + location.search);
    if (turn !== renders || !response.ok) return;
    const shown = await response.json();
    history.replaceState(history.state, '', location.pathname + shown.search);
    document.getElementById('controls').replaceChildren(
      ...shown.variables.map(control), ...shown.links.map(link));
    document.getElementById('panels').replaceChildren(
      ...shown.panels.map((each) => panel(each, shown.range)));
  }

  window.addEventListener('popstate', () => void render());
  void render();
`;
