import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/**
 * What the page may do, said by the page itself, so that it holds wherever the files are put: nothing
 * is loaded from, and nothing sent to, another origin. `frame-ancestors` works as a header alone.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

const policy = {
  name: 'policy',
  // The development server puts styles inline and opens a socket: the policy is for the built page.
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
      injectTo: 'head-prepend',
    },
  ],
};

export default defineConfig({
  base: './',
  // The directory, so that only what the package exports can be imported.
  resolve: { alias: { replenish: fileURLToPath(new URL('../pkg', import.meta.url)) } },
  build: { target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  worker: { format: 'es' },
  server: { fs: { allow: ['..'] } },
  plugins: [policy],
  logLevel: 'warn',
});
