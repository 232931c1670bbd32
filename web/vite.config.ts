import { defineConfig } from "vite";

// The Flask app serves dist/ itself: pages by name, everything else under /assets/.
export default defineConfig({
  base: "/",
  build: {
    outDir: "dist",
    assetsDir: "assets",
    assetsInlineLimit: 0, // no data: addresses, so that a strict Content-Security-Policy holds
    modulePreload: { polyfill: false }, // the polyfill would be an inline script
    chunkSizeWarningLimit: 2000,
    rollupOptions: { input: { docs: "docs.html" }, checks: { pluginTimings: false } },
  },
  server: { proxy: { "/openapi.json": "http://127.0.0.1:8000", "/v1": "http://127.0.0.1:8000" } },
});
