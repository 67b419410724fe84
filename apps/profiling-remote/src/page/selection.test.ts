import { embeddedDashboardUrl, selectionFromDashboardUrl } from '@hsi/grafana-url';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PAGE_STATE, type PageState } from '../state/page-state.ts';
import { choiceInFrame, frameAddress, grafanaSelection } from './selection.ts';

const page = (part: Partial<PageState> = {}): PageState => ({ ...DEFAULT_PAGE_STATE, ...part });
/** What Grafana has in its address once it has written every variable. */
const FRESH = {
  service: 'nemotron-backend',
  profileType: 'cpu',
  from: 'now-1h',
  to: 'now',
} as const;

describe('what Grafana is told', () => {
  it('is nothing while nothing is chosen', () => {
    expect(grafanaSelection(page())).toEqual({});
  });

  it('is everything that is chosen', () => {
    expect(
      grafanaSelection(
        page({ service: 'rt-detr', model: 'm', type: 'memory', from: 'now-6h', to: 'now-1h' }),
      ),
    ).toEqual({
      service: 'rt-detr',
      model: 'm',
      profileType: 'memory',
      from: 'now-6h',
      to: 'now-1h',
    });
  });
});

describe('a choice inside the frame', () => {
  it("is not the dashboard's own default", () => {
    expect(choiceInFrame(page(), FRESH)).toBeUndefined();
  });

  it.each<[Partial<PageState>, object, Partial<PageState>]>([
    [{}, { service: 'rt-detr' }, { service: 'rt-detr' }],
    [{ service: 'rt-detr' }, { service: 'nemotron-backend' }, { service: 'nemotron-backend' }],
    [{}, { profileType: 'memory' }, { type: 'memory' }],
    [{ type: 'memory' }, { profileType: 'cpu' }, { type: 'cpu' }],
    [{}, { model: 'clip-vit-l' }, { model: 'clip-vit-l' }],
    [{ model: 'clip-vit-l' }, { model: undefined }, { model: undefined }],
    [{}, { from: 'now-6h' }, { from: 'now-6h' }],
  ])('with the page at %j and the frame at %j', (state, frame, choice) => {
    const before = { ...FRESH, ...grafanaSelection(page(state)) };
    expect(choiceInFrame(page(state), before)).toBeUndefined();
    expect(choiceInFrame(page(state), { ...before, ...frame })).toEqual(choice);
  });
});

it('an address that Grafana has not written yet takes nothing back', () => {
  const state = page({ service: 'rt-detr', model: 'm', type: 'memory', from: 'now-6h' });
  expect(choiceInFrame(state, {})).toBeUndefined();
  expect(choiceInFrame(state, { from: 'now-6h', to: 'now' })).toBeUndefined();
});

describe("the frame's range", () => {
  it('is the page’s own when Grafana has none or one that the page cannot say', () => {
    const state = page({ from: 'now-6h', to: 'now-1h' });
    const { from: _from, to: _to, ...withoutRange } = FRESH;
    expect(choiceInFrame(state, withoutRange)).toBeUndefined();
    const quarter = { ...FRESH, from: 'now/fQ', to: 'now/fQ' };
    expect(choiceInFrame(state, quarter)).toBeUndefined();
    expect(choiceInFrame(page(), quarter)).toBeUndefined();
  });

  it('is kept as moments when it is rounded', () => {
    const today = { ...FRESH, from: 'now/d', to: 'now/d' };
    const choice = choiceInFrame(page(), today);
    expect(choice).toEqual({
      from: expect.stringMatching(/^\d{13}$/) as string,
      to: expect.stringMatching(/^\d{13}$/) as string,
    });
    expect(choiceInFrame(page(choice), today)).toBeUndefined();
  });
});

describe('the address for a frame', () => {
  const current =
    'http://app.example/grafana/d/hsi-profiling/hsi-profiling?orgId=1&kiosk=1&timezone=browser' +
    '&var-service=rt-detr&var-model=clip-vit-l&from=now-6h&to=now&viewPanel=panel-4';
  const address = (state: PageState) =>
    frameAddress(current, state, embeddedDashboardUrl('/grafana', grafanaSelection(state)));

  it('shows the selection and keeps what else the frame shows', () => {
    const next = address(page({ service: 'florence', type: 'memory', from: '1700000000000' }));
    expect(selectionFromDashboardUrl(next)).toEqual({
      service: 'florence',
      profileType: 'memory',
      from: '1700000000000',
      to: 'now',
    });
    expect(new URL(next).searchParams.get('viewPanel')).toBe('panel-4');
    expect(new URL(next).searchParams.get('kiosk')).toBe('1');
  });

  it('takes back what is no longer chosen', () => {
    const seen = selectionFromDashboardUrl(address(page()));
    expect(seen).toEqual(FRESH);
    expect(choiceInFrame(page(), seen ?? {})).toBeUndefined();
  });
});
