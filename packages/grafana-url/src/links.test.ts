import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dashboardUrl,
  drilldownUrl,
  embeddedDashboardUrl,
  exploreUrl,
  GRAFANA,
  grafanaTime,
  panelUrl,
  profileTypeId,
  selectionChange,
  selectionFromDashboardUrl,
  selectionFromDrilldownUrl,
  selectionFromExploreUrl,
  soloPanelUrl,
  type GrafanaSelection,
} from './index.ts';

/** Grafana behind the gateway, at a root, at a sub-path of another host, at an odd sub-path. */
const BASES = ['/grafana', '', 'https://grafana.example/tools/grafana', '/a/grafana'];

const everything: GrafanaSelection = {
  service: 'nemotron-backend',
  model: 'clip-vit-l',
  profileType: 'memory',
  from: 'now-6h',
  to: 'now',
  spanId: '00f067aa0ba902b7',
};

function parameters(url: string): Record<string, string> {
  return Object.fromEntries(new URL(url, 'http://page.test').searchParams);
}

describe('the dashboard', () => {
  it('has the two addresses of the specification when nothing is chosen', () => {
    expect(dashboardUrl('/grafana', {})).toBe(
      '/grafana/d/hsi-profiling/hsi-profiling?orgId=1&theme=dark',
    );
    expect(embeddedDashboardUrl('/grafana', {})).toBe(
      '/grafana/d/hsi-profiling/hsi-profiling?orgId=1&kiosk=1&theme=dark&refresh=30s&hideLogo=1',
    );
  });

  it('carries the selection as variables and a range, and no span', () => {
    expect(parameters(dashboardUrl('https://g.example', everything))).toEqual({
      orgId: '1',
      theme: 'dark',
      'var-service': 'nemotron-backend',
      'var-model': 'clip-vit-l',
      'var-profile_type': 'memory:inuse_space:bytes:space:bytes',
      from: 'now-6h',
      to: 'now',
    });
  });

  it('passes a full profile type id on', () => {
    const profileType = 'wall:cpu:nanoseconds:wall:nanoseconds';
    const url = dashboardUrl('/grafana', { profileType });
    expect(parameters(url)['var-profile_type']).toBe(profileType);
    expect(selectionFromDashboardUrl(url)).toEqual({ profileType });
  });

  it('shows one panel, with or without the page around it', () => {
    expect(panelUrl('/grafana', 7, { service: 'rt-detr' })).toBe(
      '/grafana/d/hsi-profiling/hsi-profiling?orgId=1&theme=dark&viewPanel=panel-7&var-service=rt-detr',
    );
    expect(soloPanelUrl('/grafana', 7, {})).toBe(
      '/grafana/d-solo/hsi-profiling/hsi-profiling?orgId=1&panelId=panel-7&theme=dark&refresh=30s&hideLogo=1',
    );
  });

  it('reads the address that Grafana makes of it', () => {
    expect(
      selectionFromDashboardUrl(
        'http://g.example/grafana/d/hsi-profiling/hsi-profiling?orgId=1&kiosk=true&timezone=browser' +
          '&from=2026-11-23T01:30:00.000Z&to=2026-11-23T01:36:00.000Z' +
          '&var-service=rt-detr&var-model=$__all&var-profile_type=CPU',
      ),
    ).toEqual({
      service: 'rt-detr',
      profileType: 'cpu',
      from: '2026-11-23T01:30:00.000Z',
      to: '2026-11-23T01:36:00.000Z',
    });
  });

  it.each(['/grafana/d/hsi-profiling', '/d/hsi-profiling/', '/g/d-solo/hsi-profiling/any-slug'])(
    'is known without or with another slug: %s',
    (path) => {
      expect(selectionFromDashboardUrl(`${path}?var-service=florence`)).toEqual({
        service: 'florence',
      });
    },
  );

  it.each([
    ['the login page', '/grafana/login?redirectTo=%2Fd%2Fhsi-profiling'],
    ['the home page', '/grafana/?redirectTo=%2Fexplore'],
    ['another dashboard', '/grafana/d/other/hsi-profiling'],
    ['an empty frame', 'about:blank'],
    ['no URL', 'http://'],
  ])('is not %s', (_what, url) => {
    expect(selectionFromDashboardUrl(url)).toBeUndefined();
  });

  it('takes several models for no single choice', () => {
    const url = '/grafana/d/hsi-profiling?var-model=paddleocr&var-model=clip-vit-l';
    expect(selectionFromDashboardUrl(url)).toEqual({});
  });
});

describe('what changed inside the frame', () => {
  const untouched: GrafanaSelection = {
    service: 'nemotron-backend',
    profileType: 'cpu',
    from: 'now-1h',
    to: 'now',
  };

  it('is nothing when Grafana only wrote its defaults', () => {
    expect(selectionChange({}, untouched)).toEqual({});
  });

  it('is nothing when both say the same in other words', () => {
    const chosen = {
      profileType: GRAFANA.profileTypes.memory,
      from: '1795397400000',
      to: '2026-11-23T01:36:00Z',
    };
    const seen = { profileType: 'memory', from: '2026-11-23T01:30:00.000Z', to: '1795397760000' };
    expect(grafanaTime(seen.from)).toBe('1795397400000');
    expect(selectionChange(chosen, { ...untouched, ...seen })).toEqual({});
  });

  it('is what the person chose', () => {
    const seen = { ...untouched, service: 'rt-detr', from: 'now-6h' };
    expect(selectionChange({}, seen)).toEqual({ service: 'rt-detr', from: 'now-6h' });
  });

  it('includes a default that was chosen in place of something else', () => {
    expect(selectionChange({ service: 'rt-detr' }, untouched)).toEqual({
      service: 'nemotron-backend',
    });
  });

  it('includes what was taken back', () => {
    expect(selectionChange({ model: 'paddleocr' }, untouched)).toEqual({ model: undefined });
  });

  it('leaves the span alone', () => {
    expect(selectionChange({ spanId: '00f067aa0ba902b7' }, untouched)).toEqual({});
  });
});

describe('Explore', () => {
  const pane = (url: string): unknown => JSON.parse(parameters(url)['panes'] ?? '');

  it('has no query when nothing is chosen', () => {
    const url = exploreUrl('/grafana', { from: 'now-24h', to: 'now' });
    expect(url).toMatch(/^\/grafana\/explore\?schemaVersion=1&panes=/u);
    expect(pane(url)).toEqual({
      hsi: { datasource: 'pyroscope', queries: [], range: { from: 'now-24h', to: 'now' } },
    });
  });

  it('carries service, model, type, span and range', () => {
    expect(pane(exploreUrl('/grafana', everything))).toEqual({
      hsi: {
        datasource: 'pyroscope',
        queries: [
          {
            refId: 'A',
            datasource: { type: 'grafana-pyroscope-datasource', uid: 'pyroscope' },
            queryType: 'both',
            profileTypeId: 'memory:inuse_space:bytes:space:bytes',
            labelSelector: '{service_name="nemotron-backend",model="clip-vit-l"}',
            groupBy: [],
            spanSelector: ['00f067aa0ba902b7'],
          },
        ],
        range: { from: 'now-6h', to: 'now' },
      },
    });
  });

  it('never has an empty selector, which Grafana would answer at random', () => {
    expect(exploreUrl('/grafana', { profileType: 'cpu' })).toContain(
      encodeURIComponent('"labelSelector":"{}"'),
    );
  });

  it('takes a model without a service for one of Backend', () => {
    expect(selectionFromExploreUrl(exploreUrl('', { model: 'paddleocr' }))).toMatchObject({
      service: 'nemotron-backend',
      model: 'paddleocr',
    });
  });

  it('quotes what would end the matcher', () => {
    const service = 'a"} or \\ {x="';
    const url = exploreUrl('/grafana', { service });
    expect(url).not.toContain('"');
    expect(selectionFromExploreUrl(url)?.service).toBe(service);
  });

  it.each([
    ['another page', '/grafana/d/hsi-profiling'],
    ['Drilldown', drilldownUrl('/grafana', {})],
    ['another schema', '/grafana/explore?left=%7B%7D'],
    ['broken panes', '/grafana/explore?schemaVersion=1&panes=%7B'],
    ['another data source', '/grafana/explore?schemaVersion=1&panes={"a":{"datasource":"loki"}}'],
  ])('is not read from %s', (_what, url) => {
    expect(selectionFromExploreUrl(url)).toBeUndefined();
  });

  it('reads nothing from a pane of the wrong shape', () => {
    const url = (inner: string) =>
      `/explore?schemaVersion=1&panes={"a":{"datasource":"pyroscope","queries":${inner}}}`;
    expect(selectionFromExploreUrl(url('"x"'))).toEqual({});
    expect(selectionFromExploreUrl(url('[{"labelSelector":7,"spanSelector":"x"}]'))).toEqual({});
    expect(selectionFromExploreUrl(url('[{"labelSelector":"{model=\\"\\\\x\\"}"}]'))).toEqual({
      model: '\\x',
    });
  });
});

describe('Drilldown', () => {
  it('opens the flame graph of the service', () => {
    expect(parameters(drilldownUrl('/grafana', everything))).toEqual({
      explorationType: 'flame-graph',
      'var-dataSource': 'pyroscope',
      'var-serviceName': 'nemotron-backend',
      'var-profileMetricId': 'memory:inuse_space:bytes:space:bytes',
      'var-filters': 'model|=|clip-vit-l',
      'var-spanSelector': '00f067aa0ba902b7',
      from: 'now-6h',
      to: 'now',
    });
  });

  it('opens the list of services when none is chosen', () => {
    expect(drilldownUrl('/grafana', {})).toBe(
      '/grafana/a/grafana-pyroscope-app/explore?explorationType=all&var-dataSource=pyroscope' +
        '&var-profileMetricId=process_cpu%3Acpu%3Ananoseconds%3Acpu%3Ananoseconds&from=now-1h&to=now',
    );
  });

  it('is not read from another page', () => {
    expect(selectionFromDrilldownUrl('/grafana/explore')).toBeUndefined();
    expect(selectionFromDrilldownUrl('/grafana/a/other-app/explore')).toBeUndefined();
  });
});

describe('every link', () => {
  const word = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text !== 'All');
  const time = fc.oneof(
    fc.constantFrom('now', 'now-1h', 'now-7d', 'now/d', 'now-1d/d'),
    fc.integer({ min: 1_000_000_000_000, max: 2_000_000_000_000 }).map(String),
  );
  const selections = fc.record({
    service: word,
    model: word.filter((text) => !/__gf[phc]__/u.test(text)),
    profileType: fc.constantFrom('cpu', 'memory', 'goroutines:goroutine:count:goroutine:count'),
    from: time,
    to: time,
  });

  it('is read back as it was built, at every base', () => {
    fc.assert(
      fc.property(fc.constantFrom(...BASES), selections, (base, selection) => {
        expect(selectionFromDashboardUrl(dashboardUrl(base, selection))).toEqual(selection);
        expect(selectionFromDashboardUrl(embeddedDashboardUrl(base, selection))).toEqual(selection);
        expect(selectionFromDashboardUrl(panelUrl(base, 3, selection))).toEqual(selection);
        expect(selectionFromDashboardUrl(soloPanelUrl(base, 3, selection))).toEqual(selection);
        const spanned = { ...selection, spanId: 'abcdef0123456789' };
        expect(selectionFromExploreUrl(exploreUrl(base, spanned))).toEqual(spanned);
        expect(selectionFromDrilldownUrl(drilldownUrl(base, spanned))).toEqual(spanned);
      }),
    );
  });

  it.each([dashboardUrl, embeddedDashboardUrl, exploreUrl, drilldownUrl])(
    'leaves out empty parts and unreadable times and spans (%o)',
    (build) => {
      const bad = { service: '', model: '', from: 'yesterday', to: 'now)', spanId: 'xyz' };
      expect(build('/grafana', bad)).toBe(build('/grafana', {}));
    },
  );
});

describe('times', () => {
  it.each([
    ['now', 'now'],
    ['now-6h', 'now-6h'],
    ['now-1d/d', 'now-1d/d'],
    ['1795397400000', '1795397400000'],
    ['2026-11-23T01:30:00.000Z', '1795397400000'],
    ['2026-11-23T01:30:00Z', '1795397400000'],
    ['2026-11-23T01:30:00', '1795397400000'],
    ['2026-11-23T02:30:00+01:00', '1795397400000'],
    ['2026-11-23', '1795392000000'],
  ])('%s is sent as %s', (time, sent) => {
    expect(grafanaTime(time)).toBe(sent);
  });

  it.each([
    ['a compact date, which Grafana reads as one', '20261123'],
    ['microseconds', '1795397400000000'],
    ['nanoseconds', '1795397400000000000'],
    ['a month that is none', '2026-13-01T00:00:00Z'],
    ['arithmetic that is none', 'now-'],
    ['text', 'noon'],
    ['nothing', ''],
  ])('%s is not sent: %s', (_what, time) => {
    expect(grafanaTime(time)).toBeUndefined();
  });
});

it('names the profile types that Grafana knows', () => {
  expect(profileTypeId('cpu')).toBe('process_cpu:cpu:nanoseconds:cpu:nanoseconds');
  expect(profileTypeId('memory')).toBe('memory:inuse_space:bytes:space:bytes');
});
