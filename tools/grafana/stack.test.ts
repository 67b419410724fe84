import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GRAFANA } from '@hsi/grafana-url';
import { DCLinter } from 'dclint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SETTINGS } from '../settings.mjs';

// The full stack cannot run here without a container engine, so its files are held against each
// other: the compose specification's schema, paths, ports, addresses, data sources.

const root = fileURLToPath(new URL('../../', import.meta.url));
const text = (path: string) => readFileSync(join(root, path), 'utf8');
const composeText = text('docker-compose.yml');

interface Service {
  image: string;
  ports: string[];
  volumes: string[];
  command?: string[];
  healthcheck: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
}
const compose = parse(composeText) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services).map(([name, service]) => ({ name, ...service }));
const service = (name: string): Service => {
  const found = compose.services[name];
  if (!found) throw new Error(`docker-compose.yml has no service ${name}.`);
  return found;
};
/** `127.0.0.1:4041:4040` */
const ports = services.flatMap(({ name, ports: published }) =>
  published.map((port) => {
    const [address, host, container] = port.split(':');
    return { service: name, address, host: Number(host), container: Number(container) };
  }),
);
/** `./file:/inside:ro`, without the named volumes. */
const mounts = services.flatMap(({ name, volumes }) =>
  volumes
    .map((volume) => volume.split(':') as [string, string, string?])
    .filter(([source]) => source.startsWith('.'))
    .map(([source, target, mode]) => ({ service: name, source, target, mode })),
);

/** The file of this repository that stands at a path inside a service. */
function behind(serviceName: string, path: string): string {
  const mount = mounts.find(
    ({ service: owner, target }) =>
      owner === serviceName && (path === target || path.startsWith(`${target}/`)),
  );
  if (!mount) throw new Error(`Nothing is mounted at ${path} of ${serviceName}.`);
  return join(root, mount.source, path.slice(mount.target.length));
}

function ini(path: string): Record<string, string> {
  const settings: Record<string, string> = {};
  let section = '';
  for (const line of text(path).split('\n')) {
    const [, opened] = /^\[(.+)\]$/u.exec(line) ?? [];
    if (opened !== undefined) section = opened;
    const [, key, value] = /^(\w+)\s*=\s*(.*)$/u.exec(line) ?? [];
    if (key !== undefined) settings[`${section}.${key}`] = value ?? '';
  }
  return settings;
}

describe('docker-compose.yml', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'compose-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What the compose specification's JSON schema, as it comes with dclint, and its rules refuse. */
  const errorsOf = (content: string) => {
    const file = join(folder, 'docker-compose.yml');
    writeFileSync(file, content);
    const linter = new DCLinter({ rules: {}, quiet: true, debug: false, exclude: [] });
    return linter
      .lintFiles([file], false)
      .flatMap(({ messages }) => messages)
      .filter(({ type }) => type === 'error')
      .map(({ message }) => message);
  };

  it('follows the compose specification', () => {
    expect(errorsOf(composeText)).toEqual([]);
  });

  it('would be refused with a field that the specification does not have', () => {
    const broken = composeText.replace('healthcheck:', 'healthchek:');
    expect(errorsOf(broken).join()).toContain('must NOT have additional properties');
  });

  it.each(services)('pins $name to one version', ({ image }) => {
    expect(image).toMatch(/^[\w./-]+:\d+\.\d+\.\d+$/u);
  });

  it.each(services)('asks $name for its health at a port of its own', ({ name, healthcheck }) => {
    const [, port] = /http:\/\/127\.0\.0\.1:(\d+)/u.exec(healthcheck.test.join(' ')) ?? [];
    const own = ports.filter((each) => each.service === name).map(({ container }) => container);
    expect(own).toContain(Number(port));
  });

  it.each([
    // Grafana and Jaeger are built on Alpine, Pyroscope on distroless: no shell, but its own tool.
    ['grafana', 'CMD-SHELL', 'wget'],
    ['jaeger', 'CMD-SHELL', 'wget'],
    ['pyroscope', 'CMD', '/usr/bin/profilecli'],
  ])('asks %s by %s and a program that its image has, %s', (name, how, program) => {
    const [kind, command] = service(name).healthcheck.test;
    expect([kind, command?.split(' ')[0]]).toEqual([how, program]);
  });

  it('keeps data where the image’s own user may write', () => {
    // A new named volume takes the owner of the folder that the image has there.
    const named = services.flatMap(({ name, volumes }) =>
      volumes.filter((volume) => !volume.startsWith('.')).map((volume) => `${name} ${volume}`),
    );
    expect(named).toEqual([
      'grafana grafana-data:/var/lib/grafana',
      'pyroscope pyroscope-data:/data',
    ]);
  });

  it('publishes on loopback only, each port once, none that npm start uses', () => {
    expect(new Set(ports.map(({ address }) => address))).toEqual(new Set(['127.0.0.1']));
    const taken = SETTINGS.filter(({ name }) => name.endsWith('_PORT')).map((setting) =>
      Number(setting.default),
    );
    expect(taken).toHaveLength(3);
    const all = [...ports.map(({ host }) => host), ...taken];
    expect(new Set(all).size).toBe(all.length);
  });

  it('gives addresses in its first lines that are published', () => {
    const addresses = [...composeText.matchAll(/([A-Z_]+)=http:\/\/127\.0\.0\.1:(\d+)/gu)];
    expect(addresses.map(([, name]) => name)).toEqual([
      'GRAFANA_UPSTREAM',
      'PYROSCOPE_UPSTREAM',
      'JAEGER_URL',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
    ]);
    for (const [, , port] of addresses) {
      expect(ports.map(({ host }) => host)).toContain(Number(port));
    }
  });

  it.each(mounts)('mounts $source, which exists, read-only', ({ source, mode }) => {
    expect(existsSync(join(root, source))).toBe(true);
    expect(mode).toBe('ro');
  });

  it('declares the volumes that it uses, and no others', () => {
    const used = services
      .flatMap(({ volumes }) => volumes)
      .filter((volume) => !volume.startsWith('.'))
      .map((volume) => volume.split(':')[0]);
    expect(new Set(used)).toEqual(new Set(Object.keys(compose.volumes)));
  });

  it('starts Grafana after the servers that it reads', () => {
    const { depends_on: after = {} } = service('grafana');
    expect(Object.keys(after).sort()).toEqual(['jaeger', 'pyroscope']);
    for (const { condition } of Object.values(after)) expect(condition).toBe('service_healthy');
  });
});

describe("Grafana's provisioning", () => {
  const { datasources } = parse(
    text('monitoring/grafana/provisioning/datasources/datasources.yaml'),
  ) as {
    datasources: {
      name: string;
      uid: string;
      type: string;
      url: string;
      access: string;
      editable: boolean;
      isDefault?: boolean;
      jsonData: { tracesToProfiles?: Record<string, unknown> };
    }[];
  };
  const { providers } = parse(
    text('monitoring/grafana/provisioning/dashboards/dashboards.yaml'),
  ) as {
    providers: { options: { path: string }; updateIntervalSeconds: number }[];
  };

  it('has the data sources that the dashboard and the links name', () => {
    expect(datasources.map(({ uid, type }) => ({ uid, type }))).toEqual([
      { uid: GRAFANA.pyroscopeUid, type: 'grafana-pyroscope-datasource' },
      { uid: GRAFANA.jaegerUid, type: 'jaeger' },
    ]);
    expect(datasources.filter(({ isDefault }) => isDefault)).toHaveLength(1);
  });

  it.each(datasources)('$name is reached where compose runs it', ({ url, access, editable }) => {
    const { hostname, port } = new URL(url);
    const own = ports.filter((each) => each.service === hostname).map(({ container }) => container);
    expect(own).toContain(Number(port));
    expect({ access, editable }).toEqual({ access: 'proxy', editable: false });
  });

  it('leads from a span to the CPU profile of its service', () => {
    const jaeger = datasources.find(({ uid }) => uid === GRAFANA.jaegerUid);
    expect(jaeger?.jsonData.tracesToProfiles).toEqual({
      datasourceUid: GRAFANA.pyroscopeUid,
      profileTypeId: GRAFANA.profileTypes.cpu,
      customQuery: false,
      tags: [{ key: 'service.name', value: 'service_name' }],
    });
  });

  it('finds the dashboard where compose mounts it', () => {
    const [provider] = providers;
    const folder = behind('grafana', provider?.options.path ?? '');
    expect(statSync(join(folder, 'hsi-profiling.json')).isFile()).toBe(true);
    // At 10 s or less Grafana relies on file events, which a mount may not pass on.
    expect(provider?.updateIntervalSeconds).toBeGreaterThan(10);
  });

  it('escapes no variable by accident: values are expanded, so "$" stands nowhere', () => {
    for (const kind of ['datasources', 'dashboards']) {
      const path = `monitoring/grafana/provisioning/${kind}/${kind}.yaml`;
      expect(text(path).replace(/#.*$/gmu, '')).not.toContain('$');
    }
  });
});

describe("Grafana's settings", () => {
  const local = ini('monitoring/grafana/grafana.ini');
  const production = ini('monitoring/grafana/grafana.production.ini');

  it.each([
    ['the local stack', local],
    ['production', production],
  ])('of %s serve from /grafana and can be framed', (_where, settings) => {
    expect(new URL(settings['server.root_url'] ?? '').pathname).toBe('/grafana/');
    expect(settings['server.serve_from_sub_path']).toBe('true');
    expect(settings['security.allow_embedding']).toBe('true');
  });

  it('of the local stack are the ones that compose mounts, for the address of npm start', () => {
    expect(behind('grafana', '/etc/grafana/grafana.ini')).toBe(
      join(root, './monitoring/grafana/grafana.ini'),
    );
    const gateway = SETTINGS.find(({ name }) => name === 'GATEWAY_PORT')?.default;
    expect(new URL(local['server.root_url'] ?? '').host).toBe(`127.0.0.1:${gateway}`);
  });

  it('of the local stack let anyone look and nobody change, and have no password', () => {
    expect(local).toMatchObject({
      'auth.anonymous.enabled': 'true',
      'auth.anonymous.org_name': 'Main Org.',
      'auth.anonymous.org_role': 'Viewer',
      'users.viewers_can_edit': 'true',
      'security.disable_initial_admin_creation': 'true',
      'auth.disable_login_form': 'true',
    });
  });

  it('of production ask everyone to sign in and say who may frame', () => {
    expect(production).toMatchObject({
      'auth.anonymous.enabled': 'false',
      'users.viewers_can_edit': 'false',
      'users.allow_sign_up': 'false',
      'security.cookie_secure': 'true',
      'security.content_security_policy': 'true',
    });
    expect(production['security.content_security_policy_template']).toMatch(
      /^"""script-src [^"]*;frame-ancestors 'self' https:\/\/hsi\.example\.com"""$/u,
    );
  });

  it('contain no secret', () => {
    for (const key of Object.keys({ ...local, ...production })) {
      expect(key).not.toMatch(/password|secret|token$/iu);
    }
  });
});

describe('Pyroscope and Jaeger', () => {
  it('read the files that are mounted for them', () => {
    const pyroscope = service('pyroscope').command?.join(' ') ?? '';
    expect(existsSync(behind('pyroscope', /-config\.file=(\S+)/u.exec(pyroscope)?.[1] ?? ''))).toBe(
      true,
    );
    const jaeger = service('jaeger').command ?? [];
    expect(existsSync(behind('jaeger', jaeger[jaeger.indexOf('--config') + 1] ?? ''))).toBe(true);
  });

  it('Pyroscope answers the ranges of the page, 7 d and more, for as long as we keep profiles', () => {
    const { limits } = parse(text('monitoring/pyroscope/config.yaml')) as {
      limits: Record<string, string>;
    };
    const retention = SETTINGS.find(({ name }) => name === 'RETENTION')?.default;
    expect(limits).toEqual({
      max_query_length: '0s',
      max_query_lookback: '0s',
      retention_period: retention,
    });
  });

  it('Jaeger listens where compose publishes, and shows our links', () => {
    const config = parse(text('monitoring/jaeger/config.yaml')) as {
      extensions: {
        jaeger_query: {
          ui: { config_file: string };
          http: { endpoint: string };
          storage: { traces: string };
        };
        jaeger_storage: { backends: Record<string, unknown> };
      };
      receivers: { otlp: { protocols: Record<string, { endpoint: string }> } };
      exporters: { jaeger_storage_exporter: { trace_storage: string } };
      service: { extensions: string[] };
    };
    const { jaeger_query: query, jaeger_storage: storage } = config.extensions;
    const endpoints = [
      query.http.endpoint,
      ...Object.values(config.receivers.otlp.protocols).map(({ endpoint }) => endpoint),
    ];
    const own = ports.filter((each) => each.service === 'jaeger').map(({ container }) => container);
    expect(endpoints.map((endpoint) => Number(endpoint.split(':')[1])).sort()).toEqual(own.sort());
    expect(existsSync(behind('jaeger', query.ui.config_file))).toBe(true);
    expect(Object.keys(storage.backends)).toEqual([query.storage.traces]);
    expect(config.exporters.jaeger_storage_exporter.trace_storage).toBe(query.storage.traces);
    expect(config.service.extensions.sort()).toEqual(Object.keys(config.extensions).sort());
  });
});
