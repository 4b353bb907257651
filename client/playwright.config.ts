import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { defineConfig } from "@playwright/test";

/** The browser of the machine: OPENMIC_CHROMIUM, or a chromium found on PATH. */
function chromium(): string | undefined {
  const named = process.env["OPENMIC_CHROMIUM"];
  if (named) return named;
  const names = ["chromium", "chromium-browser", "google-chrome"];
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name);
      if (existsSync(path)) return path;
    }
  }
  return undefined;
}

const executablePath = chromium();

export default defineConfig({
  testDir: "test/e2e",
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // Each test has a server and browsers of its own, which keep about one core busy: two at a time need two.
  workers: 2,
  forbidOnly: process.env["CI"] !== undefined,
  // A shared machine can stall for seconds; a test that passes only then is reported as flaky.
  retries: process.env["CI"] === undefined ? 0 : 1,
  reporter: [["list"]],
  outputDir: "test-results",
  use: {
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
