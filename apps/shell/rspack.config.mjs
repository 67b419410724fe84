import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from '@rspack/cli';
import { rspack } from '@rspack/core';
import { browserOptimization, browserRules, standaloneScript } from '../../tools/build-browser.mjs';
import { precompress } from '../../tools/build-precompress.mjs';

const root = import.meta.dirname;
/** Where the development server sends what the gateway owns. */
const gatewayUrl = process.env.GATEWAY_URL ?? 'http://127.0.0.1:8080';

/** Also what a remote's script is told before the host's code is there. */
const servers = JSON.parse(readFileSync(join(root, 'src/remotes/servers.json'), 'utf8'));

/** Compressed forms beside the files, so that the gateway never compresses them. */
const precompressed = {
  apply: (compiler) =>
    compiler.hooks.afterEmit.tapPromise('precompress', () => precompress(join(root, 'dist'))),
};

/** What the gateway lets a browser load early, by route: apps/gateway/src/preload-hints.ts. */
const preloads = {
  apply: (compiler) =>
    compiler.hooks.thisCompilation.tap('preload', (compilation) =>
      compilation.hooks.processAssets.tap(
        { name: 'preload', stage: rspack.Compilation.PROCESS_ASSETS_STAGE_REPORT },
        () => {
          const files = (chunk) => [...(compilation.namedChunks.get(chunk)?.files ?? [])];
          const integrity = (file) =>
            `sha384-${createHash('sha384').update(compilation.getAsset(file).source.buffer()).digest('base64')}`;
          const preload = {
            '/pyroscope': {
              // In the order of need: a browser opens six connections and asks for no more at a time.
              scripts: ['main', 'profiling']
                .flatMap(files)
                .filter((file) => file.endsWith('.js'))
                .map((file) => ({ href: `/${file}`, integrity: integrity(file) })),
              fetches: ['/remotes/registry.json', '/api/config'],
              remote: { name: 'profiling', ...servers },
            },
          };
          const text = JSON.stringify(preload);
          compilation.emitAsset('preload.json', new rspack.sources.RawSource(text));
        },
      ),
    ),
};

export default defineConfig((env, argv) => {
  const isServing = Boolean(env.RSPACK_SERVE);
  const isProduction = !isServing && argv.mode !== 'development';
  const hash = isProduction ? '.[contenthash:12]' : '';
  return {
    context: root,
    mode: isProduction ? 'production' : 'development',
    target: ['web', 'es2022'],
    entry: { main: './src/main.tsx' },
    devtool: isProduction ? false : 'cheap-module-source-map',
    output: {
      path: join(root, 'dist'),
      clean: true,
      uniqueName: 'hsi_shell',
      publicPath: '/',
      filename: `[name]${hash}.js`,
      chunkFilename: `[name]${hash}.js`,
      crossOriginLoading: 'anonymous',
    },
    resolve: { conditionNames: ['source', '...'], extensions: ['.ts', '.tsx', '.js'] },
    module: { rules: browserRules({ root, isProduction }) },
    optimization: browserOptimization(),
    plugins: [
      // The runtime's paths for Node and for development tools, which no browser of ours takes.
      new rspack.DefinePlugin({
        ENV_TARGET: JSON.stringify('web'),
        // Manifests are read by src/remotes/registry-client.ts.
        FEDERATION_OPTIMIZE_NO_SNAPSHOT_PLUGIN: true,
      }),
      // What a browser has kept from an earlier visit runs only as it was built (ADR 0005).
      ...(isProduction
        ? [new rspack.SubresourceIntegrityPlugin({ hashFuncNames: ['sha384'] })]
        : []),
      new rspack.CssExtractRspackPlugin({ filename: `[name]${hash}.css` }),
      new rspack.HtmlRspackPlugin({ template: './index.html', scriptLoading: 'defer' }),
      standaloneScript({
        name: 'kept-files',
        entry: './src/kept-files/worker.ts',
        isProduction,
        isHashed: false,
      }),
      ...(isProduction ? [preloads, precompressed] : []),
    ],
    performance: false,
    devServer: {
      host: process.env.HOST ?? '127.0.0.1',
      port: Number(process.env.SHELL_PORT ?? 3000),
      historyApiFallback: true,
      client: { overlay: false },
      proxy: [
        { context: ['/api', '/profiles', '/remotes'], target: gatewayUrl },
        { context: ['/grafana'], target: gatewayUrl, ws: true },
      ],
    },
  };
});
