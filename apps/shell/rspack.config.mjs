import { join } from 'node:path';
import { defineConfig } from '@rspack/cli';
import { rspack } from '@rspack/core';
import { precompress } from '../../tools/build-precompress.mjs';

const root = import.meta.dirname;
const browsers = 'chrome >= 116, firefox >= 124, safari >= 17.4';
/** Where the development server sends what the gateway owns. */
const gatewayUrl = process.env.GATEWAY_URL ?? 'http://127.0.0.1:8080';

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
          const preload = {
            '/pyroscope': {
              scripts: files('profiling').map((file) => `/${file}`),
              fetches: ['/remotes/registry.json', '/api/config'],
              remote: 'profiling',
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
    },
    resolve: { conditionNames: ['source', '...'], extensions: ['.ts', '.tsx', '.js'] },
    module: {
      rules: [
        {
          test: /\.tsx?$/,
          loader: 'builtin:swc-loader',
          options: {
            jsc: {
              parser: { syntax: 'typescript', tsx: true },
              transform: { react: { runtime: 'automatic', development: !isProduction } },
            },
            env: { targets: browsers },
          },
          type: 'javascript/auto',
        },
        {
          test: /\.css$/,
          use: [
            rspack.CssExtractRspackPlugin.loader,
            { loader: 'css-loader', options: { importLoaders: 1, modules: false } },
            {
              loader: 'postcss-loader',
              options: { postcssOptions: { plugins: [['@tailwindcss/postcss', { base: root }]] } },
            },
          ],
          type: 'javascript/auto',
        },
      ],
    },
    optimization: {
      splitChunks: false,
      chunkIds: 'named',
      minimizer: [
        new rspack.SwcJsMinimizerRspackPlugin(),
        new rspack.LightningCssMinimizerRspackPlugin({ minimizerOptions: { targets: browsers } }),
      ],
    },
    plugins: [
      // The runtime's paths for Node and for development tools, which no browser of ours takes.
      new rspack.DefinePlugin({ ENV_TARGET: JSON.stringify('web') }),
      new rspack.CssExtractRspackPlugin({ filename: `[name]${hash}.css` }),
      new rspack.HtmlRspackPlugin({ template: './index.html', scriptLoading: 'defer' }),
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
