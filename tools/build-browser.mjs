// What the builds of both browser apps share: rspack's rules for TypeScript and CSS, and what is minified.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { build } from 'esbuild';
import { rspack } from '@rspack/core';

/** The oldest browsers that the page runs in. */
const BROWSERS = 'chrome >= 116, firefox >= 124, safari >= 17.4';

/**
 * @param {{ root: string, isProduction: boolean }} options `root`: the app's folder, where Tailwind looks for class names
 */
export function browserRules({ root, isProduction }) {
  return [
    {
      test: /\.tsx?$/,
      loader: 'builtin:swc-loader',
      options: {
        jsc: {
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic', development: !isProduction } },
        },
        env: { targets: BROWSERS },
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
  ];
}

/**
 * Few chunks: the page is one and its heavy parts are one each; splitting shared modules out would
 * only add requests to the cold load.
 */
export function browserOptimization() {
  return {
    splitChunks: false,
    chunkIds: 'named',
    minimizer: [
      new rspack.SwcJsMinimizerRspackPlugin(),
      new rspack.LightningCssMinimizerRspackPlugin({ minimizerOptions: { targets: BROWSERS } }),
    ],
  };
}

/**
 * Adds a script of its own to a build: small, without the bundler's runtime, so that it runs before
 * anything else is there. Called `<name>.<hash>.js`, or `<name>.js` while developing and where
 * `isHashed` is false.
 *
 * @param {{ name: string, entry: string, isProduction: boolean, isHashed?: boolean }} options
 */
export function standaloneScript({ name, entry, isProduction, isHashed = isProduction }) {
  return {
    /** @param {import('@rspack/core').Compiler} compiler */
    apply(compiler) {
      compiler.hooks.thisCompilation.tap(name, (compilation) =>
        compilation.hooks.processAssets.tapPromise(
          { name, stage: rspack.Compilation.PROCESS_ASSETS_STAGE_ADDITIONAL },
          async () => {
            const { outputFiles, metafile } = await build({
              absWorkingDir: compiler.context,
              entryPoints: [entry],
              bundle: true,
              minify: isProduction,
              format: 'iife',
              conditions: ['source'],
              target: BROWSERS.split(', ').map((browser) => browser.replace(' >= ', '')),
              write: false,
              metafile: true,
            });
            for (const file of Object.keys(metafile.inputs)) {
              compilation.fileDependencies.add(join(compiler.context, file));
            }
            const contents = outputFiles[0]?.contents ?? new Uint8Array();
            const hash = createHash('sha256').update(contents).digest('hex').slice(0, 10);
            compilation.emitAsset(
              isHashed ? `${name}.${hash}.js` : `${name}.js`,
              new rspack.sources.RawSource(Buffer.from(contents)),
            );
          },
        ),
      );
    },
  };
}
