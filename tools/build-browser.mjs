// What the builds of both browser apps share: rspack's rules for TypeScript and CSS, and what is minified.
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
