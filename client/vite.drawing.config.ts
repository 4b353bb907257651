import { defineConfig } from "vite";

/** The drawing as a script of its own, which the server runs: no modules, no page, nothing newer than its interpreter knows. */
export default defineConfig({
  publicDir: false,
  build: {
    target: "es2020",
    emptyOutDir: false,
    lib: { entry: "src/drawing/server.ts", name: "drawing", formats: ["iife"], fileName: () => "drawing.js" },
  },
});
