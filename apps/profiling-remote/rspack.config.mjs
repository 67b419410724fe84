import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ModuleFederationPlugin } from '@module-federation/enhanced/rspack';
import { defineConfig } from '@rspack/cli';
import { rspack } from '@rspack/core';
import { browserOptimization, browserRules, standaloneScript } from '../../tools/build-browser.mjs';

const root = import.meta.dirname;
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const react = JSON.parse(readFileSync(join(root, '../../node_modules/react/package.json'), 'utf8'));

/** Where the development server sends the paths that the gateway owns. */
const gatewayUrl = process.env.GATEWAY_URL ?? 'http://127.0.0.1:8080';
const port = Number(process.env.REMOTE_PORT ?? 3001);

// Not singletons: with `loaded-first` the host's copy is taken whenever it satisfies the range, and
// a host with another React does not break the page, which then runs its own copy in its own root.
const shareReact = {
  singleton: false,
  eager: false,
  requiredVersion: '^19.0.0',
  version: react.version,
};

/**
 * The federation runtime as ES modules. The plugin takes its CommonJS form, of which nothing can be
 * left out: a third of the remote's entry would be code that no page of ours runs.
 */
function federationRuntime() {
  const require = createRequire(import.meta.url);
  const forms = (name) => {
    const commonJs = require.resolve(name);
    return [commonJs, commonJs.replace(/\.cjs$/, '.js')];
  };
  const [bundler, bundlerModule] = forms('@module-federation/webpack-bundler-runtime');
  const [, runtimeModule] = forms('@module-federation/runtime');
  return { [bundler]: bundlerModule, '@module-federation/runtime': runtimeModule };
}

export default defineConfig((env, argv) => {
  const isServing = Boolean(env.RSPACK_SERVE);
  const isProduction = !isServing && argv.mode !== 'development';
  const hash = isProduction ? '.[contenthash:10]' : '';
  return {
    context: root,
    mode: isProduction ? 'production' : 'development',
    target: ['web', 'es2022'],
    entry: { standalone: './src/index.ts' },
    devtool: isProduction ? false : 'cheap-module-source-map',
    output: {
      path: join(root, 'dist'),
      clean: true,
      uniqueName: 'profiling_remote',
      publicPath: 'auto',
      filename: `[name]${hash}.js`,
      chunkFilename: `[name]${hash}.js`,
      crossOriginLoading: 'anonymous',
    },
    resolve: {
      conditionNames: ['source', '...'],
      extensions: ['.ts', '.tsx', '.js'],
      alias: federationRuntime(),
    },
    module: { rules: browserRules({ root, isProduction }) },
    optimization: browserOptimization(),
    plugins: [
      new rspack.DefinePlugin({
        __REMOTE_VERSION__: JSON.stringify(version),
        // The federation runtime's paths for Node, which no browser takes.
        ENV_TARGET: JSON.stringify('web'),
      }),
      // The host checks what the federation runtime loads; this checks what the chunks load.
      ...(isProduction
        ? [new rspack.SubresourceIntegrityPlugin({ hashFuncNames: ['sha384'] })]
        : []),
      standaloneScript({ name: 'ahead', entry: './src/ahead/ahead.ts', isProduction }),
      new rspack.CssExtractRspackPlugin({
        filename: `[name]${hash}.css`,
        chunkFilename: `[name]${hash}.css`,
        ignoreOrder: true,
      }),
      new rspack.HtmlRspackPlugin({
        template: './index.html',
        chunks: ['standalone'],
        scriptLoading: 'defer',
        ...(isServing ? { publicPath: '/' } : {}),
      }),
      new ModuleFederationPlugin({
        name: 'profiling_remote',
        filename: `remoteEntry${hash}.js`,
        exposes: { './mount': { import: './src/mount.tsx', name: 'mount' } },
        shared: {
          react: shareReact,
          'react-dom': shareReact,
          'react-dom/client': shareReact,
        },
        shareStrategy: 'loaded-first',
        manifest: true,
        dts: false,
        dev: false,
        // It loads no remotes of its own, so it reads no manifests.
        experiments: { optimization: { disableSnapshot: true } },
      }),
    ],
    performance: false,
    // Compiled on first use, a lazy chunk would reload the page in the middle of what a person does.
    lazyCompilation: false,
    devServer: {
      host: process.env.HOST ?? '127.0.0.1',
      port,
      hot: false,
      liveReload: true,
      historyApiFallback: true,
      // Hosts on another origin load the remote from here while developing.
      headers: { 'Access-Control-Allow-Origin': '*' },
      client: { overlay: false },
      proxy: [
        { context: ['/api', '/profiles'], target: gatewayUrl },
        { context: ['/grafana'], target: gatewayUrl, ws: true },
      ],
    },
  };
});
