import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import type { Reporter } from "vitest/node";

const server = "http://127.0.0.1:8080";

/** Leaves a .gz beside every file that gains by it, which the server sends to browsers that take it. */
const precompress = (): Plugin => ({
  name: "precompress",
  apply: "build",
  writeBundle({ dir = "dist" }) {
    for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
      if (/\.(js|css|html|svg|wasm)$/.test(name)) {
        writeFileSync(join(dir, `${name}.gz`), gzipSync(readFileSync(join(dir, name)), { level: 9 }));
      }
    }
  },
});

/** Says what failed once more, and for a property how to run that again, last of all: often only the end of a log is at hand. */
const failedLast: Reporter = {
  onTestRunEnd(modules) {
    for (const test of modules.flatMap((module) => [...module.children.allTests("failed")])) {
      for (const { message } of test.result().errors ?? []) console.log(`\n${test.module.relativeModuleId} > ${test.fullName}\n${message.split("\n").slice(0, 3).join("\n").slice(0, 4000)}`);
    }
  },
};

export default defineConfig({
  plugins: [react(), precompress()],
  resolve: {
    // The default build of cbor-x compiles readers with new Function, which our content security policy forbids.
    // jsPDF can draw HTML with these, and nobody asks it to.
    alias: [
      { find: /^cbor-x$/, replacement: "cbor-x/index-no-eval" },
      { find: /^(html2canvas|dompurify|canvg)$/, replacement: "/src/exchange/drawn/nothing.ts" },
    ],
  },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: {
    proxy: {
      "/api": server,
      "/signin": server,
      "/sync": { target: server, ws: true },
    },
  },
  test: {
    include: ["test/unit/**/*.test.ts"],
    setupFiles: ["test/unit/setup.ts"],
    reporters: ["default", failedLast],
    testTimeout: 30_000,
  },
});
