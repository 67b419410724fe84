import { resolve } from 'node:path';
import { type Environment, InvalidSetting, readPort, readText, readUrl } from '@hsi/node-service';

/** A server that the gateway passes requests on to. */
export interface Upstream {
  /** What a sentence calls it. */
  readonly title: string;
  /** The setting that holds its address. */
  readonly setting: string;
  readonly url: URL;
  /** Value of the `Authorization` header that the gateway adds. */
  readonly authorization: string | undefined;
}

export interface GatewaySettings {
  readonly host: string;
  readonly port: number;
  /** Folder of the shell's build. */
  readonly shellDir: string;
  /** Folder with `registry.json` and the versions of each remote. */
  readonly remotesDir: string;
  readonly backend: Upstream;
  readonly profiles: Upstream;
  /** Its address is without the sub-path `/grafana`, which requests carry. */
  readonly grafana: Upstream | undefined;
  /** Where a browser finds Grafana; an absolute URL may be framed and probed by the page. */
  readonly grafanaUrl: string;
  /** Tenant that profiles are read from: the `X-Scope-OrgID` that the gateway sets. */
  readonly tenant: string;
  /** Further origins that code, styles and manifests of remotes may come from. */
  readonly remoteOrigins: readonly string[];
}

/** @throws InvalidSetting */
export function readGatewaySettings(env: Environment): GatewaySettings {
  return {
    host: readText(env, 'HOST', '127.0.0.1'),
    port: readPort(env, 'GATEWAY_PORT', 8080),
    shellDir: resolve(readText(env, 'SHELL_DIR', 'apps/shell/dist')),
    remotesDir: resolve(readText(env, 'REMOTES_DIR', '.data/remotes')),
    backend: upstream(env, 'The backend', 'BACKEND', 'http://127.0.0.1:8000'),
    profiles: upstream(env, 'The profile server', 'PYROSCOPE', 'http://127.0.0.1:4040'),
    grafana: grafanaUpstream(env),
    grafanaUrl: readText(env, 'GRAFANA_URL', '/grafana'),
    tenant: readTenant(env),
    remoteOrigins: readOrigins(env, 'REMOTE_ORIGINS'),
  };
}

function upstream(env: Environment, title: string, name: string, fallback: string): Upstream {
  return optionalUpstream({ [`${name}_UPSTREAM`]: fallback, ...present(env) }, title, name)!;
}

/** Requests carry the prefix `/grafana`, so an address that was given with it must not repeat it. */
function grafanaUpstream(env: Environment): Upstream | undefined {
  const upstream = optionalUpstream(env, 'Grafana', 'GRAFANA');
  return upstream && { ...upstream, url: new URL(upstream.url.href.replace(/\/grafana\/?$/, '')) };
}

function optionalUpstream(env: Environment, title: string, name: string): Upstream | undefined {
  const setting = `${name}_UPSTREAM`;
  const url = readUrl(env, setting);
  if (url === undefined) return undefined;
  const authorization = readAuthorization(env, `UPSTREAM_${name}_AUTH`);
  return { title, setting, url: new URL(url), authorization };
}

/** The settings that are set: an empty text counts as absent. */
function present(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
}

/** `basic user:password` or `bearer token` as a header's value. */
function readAuthorization(env: Environment, setting: string): string | undefined {
  const text = readText(env, setting, '');
  if (text === '') return undefined;
  const [, scheme, credentials] = /^(basic|bearer) +(\S.*)$/i.exec(text) ?? [];
  const basic = scheme?.toLowerCase() === 'basic';
  if (credentials === undefined || (basic && !credentials.includes(':'))) {
    throw new InvalidSetting(setting, '(hidden)', '`basic user:password` or `bearer token`');
  }
  return basic
    ? `Basic ${Buffer.from(credentials).toString('base64')}`
    : `Bearer ${credentials.trim()}`;
}

function readTenant(env: Environment): string {
  const tenant = readText(env, 'PYROSCOPE_TENANT', 'anonymous');
  if (!/^[\w!.*'()|-]{1,150}$/.test(tenant)) {
    throw new InvalidSetting('PYROSCOPE_TENANT', tenant, 'a tenant such as anonymous');
  }
  return tenant;
}

function readOrigins(env: Environment, setting: string): string[] {
  const words = readText(env, setting, '').split(/\s+/).filter(Boolean);
  return words.map((word) => {
    const url = URL.canParse(word) ? new URL(word) : undefined;
    if ((url?.protocol !== 'http:' && url?.protocol !== 'https:') || url.origin !== word) {
      throw new InvalidSetting(setting, word, 'origins such as https://cdn.example.com');
    }
    return url.origin;
  });
}
