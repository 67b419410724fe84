// Who may import whom. `docs/architecture.md` explains the table; eslint.config.mjs enforces it.

/** Packages that run anywhere: no `node:*`, no DOM. */
export const PURE = [
  'profile-model',
  'protobuf-wire',
  'grafana-url',
  'model-zoo-catalog',
  'remote-contract',
  'backend-api',
];

/** Packages that run in Node and in a browser: platform streams only, no `node:*`. */
export const ANYWHERE = ['flamegraph', 'pyroscope-api', 'pprof-codec'];

/** Folder -> the packages it may import. `test-kit` is for tests and is added to them by the lint. */
export const MAY_IMPORT = {
  'packages/profile-model': [],
  'packages/protobuf-wire': [],
  'packages/grafana-url': [],
  'packages/model-zoo-catalog': [],
  'packages/remote-contract': [],
  'packages/backend-api': [],
  'packages/flamegraph': ['profile-model'],
  'packages/pyroscope-api': ['profile-model', 'protobuf-wire'],
  'packages/pprof-codec': ['profile-model', 'protobuf-wire'],
  'packages/profile-store': ['profile-model'],
  'packages/profiler': [],
  'packages/node-service': [],
  'packages/test-kit': ['profile-model'],
  'apps/profile-server': [
    'node-service',
    'pprof-codec',
    'profile-store',
    'pyroscope-api',
    'profile-model',
  ],
  'apps/backend': ['node-service', 'profiler', 'model-zoo-catalog', 'grafana-url', 'backend-api'],
  'apps/demo-services': [
    'node-service',
    'profiler',
    'model-zoo-catalog',
    'grafana-url',
    'backend-api',
  ],
  'apps/gateway': ['node-service', 'remote-contract'],
  'apps/profiling-remote': [
    'pyroscope-api',
    'flamegraph',
    'profile-model',
    'pprof-codec',
    'backend-api',
    'remote-contract',
    'grafana-url',
    'model-zoo-catalog',
  ],
  'apps/shell': ['remote-contract', 'backend-api', 'model-zoo-catalog', 'grafana-url'],
};
