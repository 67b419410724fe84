import { GRAFANA, selectionFromDashboardUrl, type GrafanaSelection } from '@hsi/grafana-url';
import { test as base, expect, type FrameLocator, type Locator, type Page } from '@playwright/test';
import { asksToSignIn, grafanaAuthorization } from '../../tools/grafana/preflight.mjs';
import { startGrafanaDouble } from '../doubles/grafana.ts';
import { startSwitch, type Switch } from '../doubles/switch.ts';
import { startStack } from '../support/stack.ts';
import { expectProfilesInGrafana, putDashboardIn } from './grafana-api.ts';
import { pushProfiles } from './profiles.ts';

export interface World {
  /** Origin of our gateway. */
  readonly url: string;
  /** Between our gateway and Grafana. */
  readonly wire: Switch;
}

export const test = base.extend<object, { world: World }>({
  world: [
    async ({}, use) => {
      const rehearsal = process.env.E2E_GRAFANA_REHEARSAL === '1';
      await (rehearsal ? rehearse(use) : onRealServers(use));
    },
    { scope: 'worker', timeout: 240_000 },
  ],
});

async function onRealServers(use: (world: World) => Promise<void>): Promise<void> {
  const grafana = required('E2E_GRAFANA_URL');
  const pyroscope = required('E2E_PYROSCOPE_URL');
  const authorization = grafanaAuthorization(process.env);
  const underTest = {
    url: grafana,
    authorization,
    pyroscopeUrl: process.env.E2E_GRAFANA_PYROSCOPE_URL ?? pyroscope,
  };
  await putDashboardIn(underTest);
  await pushProfiles(pyroscope);
  await expectProfilesInGrafana(underTest);
  const wire = await startSwitch(grafana);
  const closed = await asksToSignIn(grafana);
  const stack = await startStack({
    flags: ['--no-demo'],
    env: {
      GRAFANA_UPSTREAM: wire.url,
      PYROSCOPE_UPSTREAM: pyroscope,
      ...(closed && { UPSTREAM_GRAFANA_AUTH: gatewayAuth(authorization) }),
    },
  });
  try {
    await use({ url: stack.url, wire });
  } finally {
    await stack.stop();
    await wire.close();
  }
}

/** The same with the Grafana double and our own profile server: tries the suite, not Grafana. */
async function rehearse(use: (world: World) => Promise<void>): Promise<void> {
  const double = await startGrafanaDouble();
  double.setRole('Editor');
  const wire = await startSwitch(double.url);
  const stack = await startStack({ flags: ['--no-demo'], env: { GRAFANA_UPSTREAM: wire.url } });
  try {
    const pyroscopeUrl = stack.profileServerUrl;
    const authorization = grafanaAuthorization({});
    const underTest = { url: double.url, authorization, pyroscopeUrl };
    await putDashboardIn(underTest);
    await pushProfiles(pyroscopeUrl);
    await expectProfilesInGrafana(underTest);
    await use({ url: stack.url, wire });
  } finally {
    await stack.stop();
    await wire.close();
    await double.close();
  }
}

/** The header in the form of the gateway's setting. */
function gatewayAuth(authorization: string): string {
  const [scheme = '', credentials = ''] = authorization.split(' ');
  return scheme === 'Basic'
    ? `basic ${Buffer.from(credentials, 'base64').toString()}`
    : `bearer ${credentials}`;
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this suite with npm run e2e:grafana.`);
  return value.replace(/\/+$/u, '');
}

/** How the dashboard's panels say that they have nothing to show. */
export const REASON = /No such profiles of|No CPU of this service|No (CPU|memory) profiles of/u;

/** The framed dashboard, as a person uses it. */
export class FramedDashboard {
  readonly frame: FrameLocator;

  constructor(private readonly page: Page) {
    this.frame = page.frameLocator('[data-testid="pyroscope-iframe"]');
  }

  /** A panel by its title, as it reads on the screen. */
  panel(title: string): Locator {
    return this.frame.getByTestId(`data-testid Panel header ${title}`).first();
  }

  /** What the frame's address says is chosen. */
  selection(): GrafanaSelection | undefined {
    return selectionFromDashboardUrl(this.address());
  }

  address(): string {
    const path = `/d/${GRAFANA.dashboardUid}`;
    return (
      this.page
        .frames()
        .map((frame) => frame.url())
        .find((url) => url.includes(path)) ?? ''
    );
  }

  /** Chooses a value of a variable in its drop-down list. */
  async choose(variable: string, value: string): Promise<void> {
    const control = this.frame
      .getByTestId('data-testid template variable')
      .filter({ hasText: new RegExp(`^\\s*${variable}`, 'u') });
    await expect(control, `the variable "${variable}" above the dashboard`).toBeVisible();
    const input = control.locator('input').first();
    // Grafana's select lies over its own input.
    await input.click({ force: true });
    await input.pressSequentially(value);
    const option = this.frame
      .getByTestId('data-testid Select option')
      .filter({ hasText: new RegExp(`^\\s*${value}\\s*$`, 'u') })
      .or(this.frame.getByRole('option', { name: value, exact: true }))
      .first();
    await expect(option, `the choice "${value}" of the variable "${variable}"`).toBeVisible();
    await option.click();
    // A list of several values is applied when it is left.
    await input.blur();
  }

  /** Waits until a canvas in the panel has something on it. */
  async expectDrawn(title: string): Promise<void> {
    await this.expectPanel(title);
    await expect
      .poll(() => this.state(title), { message: `what the panel "${title}" shows` })
      .toBe('data');
  }

  /** Waits until the panel has data, or says why it has none. */
  async expectDataOrReason(title: string): Promise<void> {
    await this.expectPanel(title);
    await expect
      .poll(() => this.state(title), { message: `what the panel "${title}" shows` })
      .toMatch(/^data$|^reason: /u);
  }

  /** Waits until there is a panel of that title; else says which there are, and where the frame is. */
  private async expectPanel(title: string): Promise<void> {
    if (await appears(this.panel(title), PANEL_MS)) return;
    const found = await this.frame
      .getByTestId(/^data-testid Panel header ./u)
      .evaluateAll((panels) => panels.map(({ dataset }) => dataset['testid'] ?? ''))
      .catch(() => []);
    const titles = found.map((id) => id.replace('data-testid Panel header ', ''));
    const framed = this.page.frames().find((frame) => frame.parentFrame() !== null);
    throw new Error(
      `There is no panel "${title}". The frame at ${framed?.url() ?? '(no frame)'} has: ${titles.join('; ') || 'no panels'}.`,
    );
  }

  /** `data`, `reason: ...`, `error: ...` or what the panel's text is. */
  async state(title: string): Promise<string> {
    const panel = this.panel(title);
    const error = panel.getByTestId('data-testid Panel status error');
    if ((await error.count()) > 0) return `error: ${await this.tooltip(error.first())}`;
    if ((await mostColours(panel.locator('canvas'))) > 2) return 'data';
    const text = (await panel.innerText().catch(() => '')).replaceAll('\n', ' ');
    return REASON.test(text) ? `reason: ${text}` : `nothing drawn, and the text "${text}"`;
  }

  /** What Grafana says of an element under the pointer, where alone a panel's error is. */
  private async tooltip(element: Locator): Promise<string> {
    await element.hover({ timeout: TOOLTIP_MS }).catch(() => undefined);
    const tooltip = this.frame.getByRole('tooltip').first();
    const text = (await appears(tooltip, TOOLTIP_MS)) ? await tooltip.innerText() : '';
    return text || (await element.getAttribute('title')) || 'Grafana does not say which';
  }
}

/** A dashboard that is loaded for the first time has its panels within this time. */
const PANEL_MS = 30_000;
/** Grafana draws a tooltip within this time. */
export const TOOLTIP_MS = 400;

/** Whether it becomes visible within that time. */
export function appears(locator: Locator, limitMs: number): Promise<boolean> {
  return locator.waitFor({ timeout: limitMs }).then(
    () => true,
    () => false,
  );
}

/** The most different colours on one of the canvases; 0 where there is none. */
export async function mostColours(canvases: Locator): Promise<number> {
  return canvases
    .evaluateAll((elements) => {
      const counts = elements.map((element) => {
        if (!(element instanceof HTMLCanvasElement) || element.width * element.height === 0)
          return 0;
        const { width, height } = element;
        const pixels = element.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
        const colours = new Set<number>();
        for (let i = 0; i + 3 < pixels.length && colours.size < 50; i += 4) {
          if ((pixels[i + 3] ?? 0) === 0) continue;
          colours.add(
            ((pixels[i] ?? 0) << 16) | ((pixels[i + 1] ?? 0) << 8) | (pixels[i + 2] ?? 0),
          );
        }
        return colours.size;
      });
      return Math.max(0, ...counts);
    })
    .catch(() => 0);
}

export { expect };
