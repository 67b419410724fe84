/**
 * Pages of the Grafana double. Its dashboard keeps its address as Grafana does: on load it adds the
 * range, the time zone and every variable that is missing; a choice changes the address, as a step of
 * the browser's history, without a new load.
 */

const STYLE = `<style>
  body { margin: 0; padding: 16px; background: #111217; color: #ccccdc; font: 14px sans-serif; }
  dt { color: #8e8ea0; } dd { margin: 0 0 8px; overflow-wrap: anywhere; }
</style>`;

/** Runs inside the dashboard's page. */
const SCRIPT = `
  const defaults = {
    from: 'now-1h', to: 'now', timezone: 'browser', 'var-service': 'nemotron-backend',
    'var-model': '$__all', 'var-profile_type': 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
  };
  const list = document.querySelector('[data-testid="grafana-double-url"]');

  // Grafana replaces what it writes itself; a person's choice is a step that Back takes back.
  function write(change, step) {
    const url = new URL(location.href);
    for (const [name, value] of Object.entries(change)) {
      if (value === null) url.searchParams.delete(name);
      else url.searchParams.set(name, value);
    }
    if (step) history.pushState(null, '', url);
    else history.replaceState(history.state, '', url);
    show();
  }

  function show() {
    list.replaceChildren(
      ...[...new URL(location.href).searchParams].flatMap(([name, value]) => {
        const term = document.createElement('dt');
        const detail = document.createElement('dd');
        term.textContent = name;
        detail.textContent = value;
        detail.dataset.testid = 'grafana-double-' + name;
        return [term, detail];
      }),
    );
  }

  // Grafana's router hears a Back, and so a page that moves the frame.
  window.addEventListener('popstate', show);
  const present = new URL(location.href).searchParams;
  write(Object.fromEntries(Object.entries(defaults).filter(([name]) => !present.has(name))), false);

  // What a person's choice does: the parameters change, and 12.3 drops kiosk=1 at that moment.
  window.grafanaDouble = {
    choose(change) {
      const kiosk = new URL(location.href).searchParams.get('kiosk');
      write({ ...change, ...(kiosk === '1' && { kiosk: null }) }, true);
    },
  };
`;

/** The framed dashboard: its parameters in a list, and which load this is. */
export function dashboardPage(load: number): string {
  return document(
    'HSI Profiling - Dashboards - Grafana',
    `<h1>HSI Profiling</h1>
     <p>Load <output data-testid="grafana-double-loads">${load}</output></p>
     <dl data-testid="grafana-double-url"></dl>
     <script>${SCRIPT}</script>`,
  );
}

/** Explore or Drilldown: the parameters as they came. */
export function explorePage(url: URL): string {
  const parameters = [...url.searchParams].map(
    ([name, value]) =>
      `<dt>${escape(name)}</dt><dd data-testid="grafana-double-${escape(name)}">${escape(value)}</dd>`,
  );
  return document('Explore - Grafana', `<h1>Explore</h1><dl>${parameters.join('')}</dl>`);
}

export function plainPage(title: string, heading: string): string {
  return document(`${title} - Grafana`, `<h1>${escape(heading)}</h1>`);
}

export function document(title: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="en-US">
  <head><meta charset="utf-8" /><title>${escape(title)}</title>${STYLE}</head>
  <body>${body}</body>
</html>
`;
}

export function escape(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => `&#${character.charCodeAt(0)};`);
}
