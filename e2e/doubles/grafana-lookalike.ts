import { document } from './grafana-pages.ts';

/**
 * Draws a saved dashboard roughly as Grafana does, with the same markup where a test looks: panels
 * by `data-testid Panel header <title>`, variables by `data-testid template variable`, canvases for
 * time series and flame graphs, a link on a clicked point, dashboard links. It exists so that the
 * suite for a real Grafana (`npm run e2e:grafana`) can be tried without one; it says nothing about
 * Grafana itself.
 */
export function lookalikePage(dashboard: unknown): string {
  const data = JSON.stringify(dashboard).replaceAll('<', '\\u003c');
  return document(
    'HSI Profiling - Dashboards - Grafana',
    `<div id="controls"></div><main id="panels"></main>
     <style>
       #controls > * { margin-right: 12px; }
       #panels { position: relative; }
       section { position: absolute; overflow: hidden; box-sizing: border-box; padding: 4px; }
       h2 { font-size: 13px; margin: 0 0 4px; }
     </style>
     <script id="dashboard" type="application/json">${data}</script>
     <script>${SCRIPT}</script>`,
  );
}

const SCRIPT = `
  const dashboard = JSON.parse(document.getElementById('dashboard').textContent);
  const variables = dashboard.templating.list;
  const parameters = () => new URL(location.href).searchParams;
  const optionsOf = ({ type, query }) =>
    type !== 'custom' ? [] : query.split(',').map((option) => {
      const [text, value = text] = option.split(' : ');
      return { text, value };
    });
  const standard = ({ current }) => [].concat(current.value)[0];
  const valueOf = (variable) => parameters().get('var-' + variable.name) ?? standard(variable);
  const textOf = (variable) =>
    optionsOf(variable).find(({ value }) => value === valueOf(variable))?.text ?? valueOf(variable);

  function go(change) {
    const url = new URL(location.href);
    for (const [name, value] of Object.entries(change)) {
      if (value === null) url.searchParams.delete(name); else url.searchParams.set(name, value);
    }
    if (url.searchParams.has('time')) {
      const time = Number(url.searchParams.get('time'));
      const half = Number(url.searchParams.get('time.window')) / 2;
      url.searchParams.set('from', new Date(time - half).toISOString());
      url.searchParams.set('to', new Date(time + half).toISOString());
      url.searchParams.delete('time');
      url.searchParams.delete('time.window');
    }
    history.replaceState(history.state, '', url);
    render();
  }

  function fill(text, local = {}) {
    return text.replace(/\\$\\{(\\w+)(?::(\\w+))?\\}|\\$(\\w+)/g, (whole, braced, format, plain) => {
      const name = braced ?? plain;
      if (name in local) return local[name];
      const variable = variables.find((each) => each.name === name);
      if (!variable) return whole;
      return format === 'text' ? textOf(variable) : valueOf(variable);
    });
  }

  function followed(link, time) {
    const url = link.replace(/\\$\\{__url\\.params:exclude:([^}]+)\\}/, (_, names) => {
      const rest = parameters();
      for (const name of names.split(',')) rest.delete(name);
      return '?' + rest;
    });
    return new URL(url.replace('\${__value.time}', time), location.href);
  }

  function anchor(title, url) {
    const a = document.createElement('a');
    a.textContent = title;
    a.href = url;
    a.onclick = (event) => {
      event.preventDefault();
      history.replaceState(history.state, '', location.pathname + url.search);
      go({});
    };
    return a;
  }

  function range() {
    const at = (text) => {
      const ago = /^now-(\\d+)([hd])$/.exec(text);
      if (ago) return Date.now() - Number(ago[1]) * (ago[2] === 'h' ? 3600e3 : 86400e3);
      return text === 'now' ? Date.now() : /^\\d+$/.test(text) ? Number(text) : Date.parse(text);
    };
    const { from, to } = dashboard.time;
    return { start: Math.floor(at(parameters().get('from') ?? from)), end: Math.ceil(at(parameters().get('to') ?? to)) };
  }

  async function query(method, body) {
    const response = await fetch('/grafana/double-query/' + method, {
      method: 'POST',
      body: JSON.stringify({ ...range(), ...body }),
    });
    return response.json();
  }

  const base = (target, local) => ({
    profileTypeID: fill(target.profileTypeId, local),
    labelSelector: fill(target.labelSelector, local),
  });

  function canvas(width, height) {
    const element = document.createElement('canvas');
    Object.assign(element, { width, height });
    return element;
  }

  async function timeseries(panel, body, local) {
    const answers = await Promise.all(panel.targets.map((target) =>
      query('SelectSeries', { ...base(target, local), groupBy: target.groupBy, step: 15 })));
    const series = answers.flatMap((answer) => answer.series ?? []).filter(({ points }) => points?.length);
    if (series.length === 0) return void (body.textContent = panel.fieldConfig.defaults.noValue);
    const { start, end } = range();
    const element = canvas(600, 200);
    const context = element.getContext('2d');
    const top = Math.max(...series.flatMap(({ points }) => points.map(({ value }) => value)));
    const drawn = series.flatMap(({ points }, index) => points.map((point) => {
      const x = (600 * (Number(point.timestamp) - start)) / (end - start);
      const y = 195 - (190 * point.value) / top;
      context.fillStyle = 'hsl(' + index * 90 + ' 60% 50%)';
      context.fillRect(x - 2, y - 2, 4, 4);
      return { x, time: point.timestamp };
    }));
    element.onclick = ({ offsetX }) => {
      const x = (offsetX * 600) / element.clientWidth;
      const near = drawn.reduce((a, b) => (Math.abs(b.x - x) < Math.abs(a.x - x) ? b : a));
      if (Math.abs(near.x - x) > 15) return;
      body.querySelector('a')?.remove();
      const [link] = panel.fieldConfig.defaults.links;
      body.prepend(anchor(link.title, followed(link.url, near.time)));
    };
    element.style.width = '100%';
    body.append(element);
  }

  async function stat(panel, body, local) {
    const [target] = panel.targets;
    const { series = [] } = await query('SelectSeries', { ...base(target, local), step: 15 });
    const { displayName, noValue } = panel.fieldConfig.defaults;
    body.textContent = series.length > 0 ? fill(displayName) : noValue;
  }

  async function flamegraph(panel, body, local) {
    const [target] = panel.targets;
    const answer = await query('SelectMergeStacktraces', { ...base(target, local), maxNodes: target.maxNodes });
    const levels = answer.flamegraph?.levels ?? [];
    const total = Number(answer.flamegraph?.total ?? 0);
    const element = canvas(600, 300);
    const context = element.getContext('2d');
    levels.forEach(({ values }, row) => {
      let x = 0;
      for (let i = 0; i + 3 < values.length; i += 4) {
        x += Number(values[i]);
        const width = Number(values[i + 1]);
        context.fillStyle = 'hsl(' + ((Number(values[i + 3]) * 47) % 360) + ' 60% 50%)';
        if (total > 0) context.fillRect((600 * x) / total, row * 12, (600 * width) / total, 11);
        x += width;
      }
    });
    element.dataset.testid = 'flameGraph';
    body.append(element);
  }

  const draw = { timeseries, stat, flamegraph, text: (panel, body) => (body.textContent = fill(panel.options.content)) };

  async function models(variable) {
    const chosen = valueOf(variable);
    if (chosen !== '$__all' && chosen !== 'All') return [chosen];
    const matchers = ['{__profile_type__="' + fill(variable.query.profileTypeId) + '"}'];
    const { names = [] } = await query('LabelValues', { name: variable.query.labelName, matchers });
    return names.length > 0 ? names : [''];
  }

  function place(panel, y, x, width) {
    const section = document.createElement('section');
    Object.assign(section.style, {
      left: (100 * x) / 24 + '%', top: y * 38 + 'px',
      width: (100 * width) / 24 + '%', height: panel.gridPos.h * 38 + 'px',
    });
    document.getElementById('panels').append(section);
    return section;
  }

  async function show(panel, position, local) {
    const title = fill(panel.title, local);
    const section = place(panel, ...position);
    section.dataset.testid = 'data-testid Panel header ' + title;
    const heading = document.createElement('h2');
    const body = document.createElement('div');
    heading.textContent = title;
    section.append(heading, body);
    await draw[panel.type]?.(panel, body, local);
  }

  async function render() {
    document.getElementById('panels').replaceChildren();
    document.getElementById('controls').replaceChildren(
      ...variables.map((variable) => {
        const wrap = document.createElement('span');
        wrap.dataset.testid = 'data-testid template variable';
        const label = document.createElement('label');
        label.textContent = variable.label + ' ' + textOf(variable) + ' ';
        const input = document.createElement('input');
        input.onkeydown = ({ key }) => {
          if (key !== 'Enter') return;
          const option = optionsOf(variable).find(({ text }) => text === input.value);
          go({ ['var-' + variable.name]: option?.value ?? input.value });
        };
        wrap.append(label, input);
        return wrap;
      }),
      ...dashboard.links.map(({ title, url }) => anchor(title, followed(url))),
    );
    const present = parameters();
    const missing = { from: dashboard.time.from, to: dashboard.time.to };
    for (const variable of variables) missing['var-' + variable.name] = standard(variable);
    const url = new URL(location.href);
    for (const [name, value] of Object.entries(missing)) {
      if (!present.has(name)) url.searchParams.set(name, value);
    }
    history.replaceState(history.state, '', url);
    for (const panel of dashboard.panels) {
      const { x, y, w } = panel.gridPos;
      if (!panel.repeat) { void show(panel, [y, x, w], {}); continue; }
      const variable = variables.find(({ name }) => name === panel.repeat);
      (await models(variable)).forEach((value, index) => {
        const position = [y + Math.floor(index / 2) * panel.gridPos.h, (index % 2) * 12, 12];
        void show(panel, position, { [panel.repeat]: value });
      });
    }
  }

  window.addEventListener('popstate', () => void render());
  void render();
`;
