import { readFileSync } from 'node:fs';
import { GRAFANA, selectionFromDashboardUrl } from '@hsi/grafana-url';
import { findService, MODEL_ZOO_SERVICE, MODELS, SERVICES } from '@hsi/model-zoo-catalog';
import { compileMatchers, parseProfileType, parseSelector } from '@hsi/profile-model';
import { describe, expect, it } from 'vitest';
import { hsiProfilingDashboard } from './dashboard.ts';
import { DASHBOARD_FILE, dashboardJson } from './json.ts';
import type { Panel, Variable } from './model.ts';

const dashboard = hsiProfilingDashboard();
const { panels } = dashboard;

function variable(name: string, from = dashboard): Variable {
  const found = from.templating.list.find((each) => each.name === name);
  if (!found) throw new Error(`The dashboard has no variable ${name}.`);
  return found;
}

function panel(id: number): Panel {
  const found = panels.find((each) => each.id === id);
  if (!found) throw new Error(`The dashboard has no panel ${id}.`);
  return found;
}

/** What Grafana makes of `$name` and `${name:text}`, for single values. */
function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{(\w+)(?::\w+)?\}|\$(\w+)/gu, (whole, braced, plain) => {
    return values[String(braced ?? plain)] ?? whole;
  });
}

describe('the file', () => {
  it('is what the generator writes: run `npm run dashboard` after a change', () => {
    expect(readFileSync(DASHBOARD_FILE, 'utf8')).toBe(dashboardJson());
  });
});

describe('the dashboard', () => {
  it('has the uid, the title and the range that links rely on', () => {
    expect(dashboard).toMatchObject({
      uid: 'hsi-profiling',
      title: 'HSI Profiling',
      schemaVersion: 42,
      time: { from: GRAFANA.defaults.from, to: GRAFANA.defaults.to },
    });
  });

  it('gives every panel an id of its own', () => {
    const ids = panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('places the panels within 24 columns and without overlap', () => {
    const cells = panels.flatMap(({ id, gridPos: { x, y, w, h } }) => {
      expect(x + w, `panel ${id}`).toBeLessThanOrEqual(24);
      return Array.from(
        { length: w * h },
        (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`,
      );
    });
    expect(new Set(cells).size).toBe(cells.length);
  });

  it('has a timeline of CPU and of memory, and a flame graph per service in a grid of four', () => {
    expect(
      panels.filter(({ title }) => title.startsWith('Profile Timeline')).map(({ title }) => title),
    ).toEqual(['Profile Timeline: CPU', 'Profile Timeline: Memory']);
    const grid = panels.filter(({ id }) => id >= 10 && id < 20);
    expect(grid.map(({ title }) => title)).toEqual(
      SERVICES.map(({ displayName }) => `${displayName}: \${profile_type:text}`),
    );
    expect(new Set(grid.map(({ gridPos }) => gridPos.x))).toEqual(new Set([0, 12]));
    expect(new Set(grid.map(({ gridPos }) => gridPos.y)).size).toBe(2);
  });

  it('describes or explains every panel with data', () => {
    for (const each of panels.filter(({ targets }) => targets !== undefined)) {
      const explained = each.description ?? each.fieldConfig?.defaults.noValue;
      expect(explained, `panel ${each.id}`).toBeTruthy();
    }
  });
});

describe('the queries', () => {
  const targets = panels.flatMap((each) =>
    (each.targets ?? []).map((target) => ({ panel: each, target })),
  );

  it.each(targets.map(({ panel: { id, title }, target }) => ({ id, title, target })))(
    'of panel $id "$title" are ones that Grafana sends and Pyroscope answers',
    ({ target }) => {
      const type = fill(target.profileTypeId, { profile_type: GRAFANA.profileTypes.cpu });
      expect(parseProfileType(type).id).toBe(type);
      // An empty selector makes Grafana send both kinds of query; without service_name matched by
      // "=" Pyroscope 2 finds no fresh profiles.
      expect(parseSelector(target.labelSelector)).toContainEqual(
        expect.objectContaining({ name: 'service_name', operator: '=' }),
      );
      expect(target.datasource).toEqual({ type: 'grafana-pyroscope-datasource', uid: 'pyroscope' });
    },
  );

  it('match the kind of their panel', () => {
    for (const { panel: each, target } of targets) {
      expect(target.queryType).toBe(each.type === 'flamegraph' ? 'profile' : 'metrics');
      if (each.type === 'flamegraph') expect(each.targets).toHaveLength(1);
    }
  });

  it('ask only for types that Grafana knows, so that units are right', () => {
    expect(new Set(targets.map(({ target }) => target.profileTypeId))).toEqual(
      new Set(['$profile_type', GRAFANA.profileTypes.cpu, GRAFANA.profileTypes.memory]),
    );
  });

  it('of memory keep the step of one snapshot up to 24 h, because snapshots of one step are added up', () => {
    const ofMemory = targets.filter(
      ({ target }) =>
        target.queryType === 'metrics' && target.profileTypeId !== GRAFANA.profileTypes.cpu,
    );
    expect(ofMemory.length).toBeGreaterThan(0);
    for (const { panel: each } of ofMemory) {
      expect(each.interval).toBe('15s');
      expect(each.maxDataPoints).toBeGreaterThanOrEqual((24 * 3600) / 15);
    }
  });

  it('of the figures keep it up to 7 d, because a figure cannot be compared by its shape', () => {
    const figures = panels.filter(({ type }) => type === 'stat');
    expect(figures).toHaveLength(SERVICES.length + 1);
    for (const { interval, maxDataPoints } of figures) {
      expect(interval).toBe('15s');
      expect(maxDataPoints).toBeGreaterThanOrEqual((7 * 24 * 3600) / 15);
    }
  });

  it('have a letter of their own where a panel has several', () => {
    for (const { targets: several = [] } of panels) {
      expect(new Set(several.map(({ refId }) => refId)).size).toBe(several.length);
    }
  });
});

describe('a model graph', () => {
  const [target] = panel(43).targets ?? [];
  const matches = (values: Record<string, string>, labels: Record<string, string>) =>
    compileMatchers(parseSelector(fill(target?.labelSelector ?? '', values)))(labels);
  const work = { service_name: 'nemotron-backend', model: 'paddleocr' };
  const otherWork = { service_name: 'nemotron-backend' };

  it('is repeated over the models, two in a line', () => {
    expect(panel(43)).toMatchObject({ repeat: 'model', repeatDirection: 'h', maxPerRow: 2 });
  });

  it('shows the work of its model in Backend', () => {
    const values = { service: 'nemotron-backend', model: 'paddleocr' };
    expect(matches(values, work)).toBe(true);
    expect(matches(values, otherWork)).toBe(false);
    expect(matches(values, { ...work, model: 'clip-vit-l' })).toBe(false);
  });

  it('shows nothing for a model that another service does not run', () => {
    const values = { service: 'rt-detr', model: 'paddleocr' };
    expect(matches(values, work)).toBe(false);
    expect(matches(values, { service_name: 'rt-detr' })).toBe(false);
  });

  it('shows nothing, and not the rest of the service, in the panel that Grafana draws for no model', () => {
    expect(matches({ service: 'nemotron-backend', model: '' }, otherWork)).toBe(false);
    expect(matches({ service: 'rt-detr', model: '' }, { service_name: 'rt-detr' })).toBe(false);
  });

  it('is of CPU whatever the profile type, because memory is not measured per model', () => {
    expect(target?.profileTypeId).toBe(GRAFANA.profileTypes.cpu);
    expect(String(panel(41).options?.['content'])).toContain('Only CPU is measured per model');
  });
});

describe('the variables', () => {
  it('offer the services of the catalog by their display names', () => {
    expect(variable('service').query).toBe(
      'Backend : nemotron-backend,RT-DETR : rt-detr,Nemotron : nemotron,Florence : florence',
    );
    expect(variable('service').current).toEqual({ text: 'Backend', value: 'nemotron-backend' });
  });

  it('offer CPU and memory', () => {
    expect(variable('profile_type').query).toBe(
      'CPU : process_cpu:cpu:nanoseconds:cpu:nanoseconds,Memory : memory:inuse_space:bytes:space:bytes',
    );
  });

  it('start with what a URL without variables means to a link', () => {
    const { defaults, variables } = GRAFANA;
    expect(variable(variables.service).current.value).toBe(defaults.service);
    expect(findService(defaults.service)?.serviceName).toBe(MODEL_ZOO_SERVICE);
    expect(variable(variables.profileType).current.value).toBe(GRAFANA.profileTypes.cpu);
  });

  it('ask for the models of the chosen service, inside the one field that Grafana has for it', () => {
    const { query, refresh, multi, includeAll } = variable('model');
    const { profileTypeId } = query as { profileTypeId: string };
    const selector = `{__profile_type__="${fill(profileTypeId, { service: 'rt-detr' })}"}`;
    expect(parseSelector(selector)).toEqual([
      { name: '__profile_type__', operator: '=', value: GRAFANA.profileTypes.cpu },
      { name: 'service_name', operator: '=', value: 'rt-detr' },
    ]);
    expect({ refresh, multi, includeAll }).toEqual({ refresh: 2, multi: true, includeAll: true });
  });

  it("can offer the catalog's models instead", () => {
    const offered = variable('model', hsiProfilingDashboard('catalog'));
    expect(offered.type).toBe('custom');
    const names = MODELS.filter(({ enabled }) => enabled).map(({ name }) => name);
    expect(String(offered.query).split(',')).toEqual(names);
  });
});

describe('the links', () => {
  /** What Grafana makes of a link in the address bar `search`. */
  const follow = (link: string, search: string) => {
    const url = link.replace(/\$\{__url\.params:exclude:([^}]+)\}/u, (_, excluded: string) => {
      const parameters = new URLSearchParams(search);
      for (const name of excluded.split(',')) parameters.delete(name);
      return `?${parameters.toString()}`;
    });
    return url.replace('${__value.time}', '1795397400000');
  };
  const inKiosk =
    'orgId=1&kiosk=1&theme=dark&hideLogo=1&from=now-7d&to=now&var-service=florence&var-model=$__all';

  it.each([
    ['Last 1 h', 'now-1h'],
    ['Last 6 h', 'now-6h'],
    ['Last 24 h', 'now-24h'],
    ['Last 7 d', 'now-7d'],
  ])('"%s" goes there and keeps everything else, kiosk included', (title, from) => {
    const link = dashboard.links.find((each) => each.title === title);
    const url = follow(link?.url ?? '', inKiosk);
    expect(selectionFromDashboardUrl(url)).toEqual({ service: 'florence', from, to: 'now' });
    expect(url).toContain('kiosk=1&theme=dark&hideLogo=1');
    // A target would load the frame anew.
    expect(link?.targetBlank).toBe(false);
  });

  it.each([1, 2, 42])('a point of timeline %i leads to the two minutes around it', (id) => {
    const [link] = panel(id).fieldConfig?.defaults.links ?? [];
    const url = new URL(follow(link?.url ?? '', `${inKiosk}&viewPanel=1`), 'http://grafana.test');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      orgId: '1',
      kiosk: '1',
      theme: 'dark',
      hideLogo: '1',
      'var-service': 'florence',
      'var-model': '$__all',
      time: '1795397400000',
      'time.window': '120000',
    });
    expect(link).not.toHaveProperty('targetBlank');
  });

  it('are at hand in the time picker too', () => {
    expect(dashboard.timepicker.quick_ranges.map(({ from }) => from)).toEqual([
      'now-1h',
      'now-6h',
      'now-24h',
      'now-7d',
    ]);
  });
});
