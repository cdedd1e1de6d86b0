import preact from '@preact/preset-vite';
import { defineConfig } from 'vite';

/** The page is served by the hub, so everything it needs is a file of its own: nothing inline, nothing from elsewhere. */
export default defineConfig({
  plugins: [preact()],
  build: {
    outDir: 'dist/page',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: false,
  },
  // `npm run dev -w @inkwire/web` beside a running hub.
  server: {
    proxy: { '/api': 'http://127.0.0.1:8080', '/wire': { target: 'ws://127.0.0.1:8080', ws: true } },
  },
});
