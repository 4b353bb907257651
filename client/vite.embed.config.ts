import { defineConfig } from "vite";

/** What brings a board into the pages of others, as a script of its own: no modules, and nothing beside it. */
export default defineConfig({
  publicDir: false,
  build: {
    target: "es2022",
    emptyOutDir: false,
    lib: { entry: "src/embed/element.ts", name: "openmic", formats: ["iife"], fileName: () => "embed.js" },
  },
});
