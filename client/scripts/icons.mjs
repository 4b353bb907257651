// Makes the pictures that an installed program is shown by from public/icon.svg: node scripts/icons.mjs [chromium]
// They are kept in the repository, since building the client needs no browser.
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { URL } from "node:url";
import { chromium } from "@playwright/test";

const folder = new URL("../public/", import.meta.url);
const svg = await readFile(new URL("icon.svg", folder), "utf8");
const browser = await chromium.launch({ executablePath: process.argv[2] ?? process.env["OPENMIC_CHROMIUM"] ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

/** `rim` is what is left free around the sign, as a part of the side. A full ground is cut to any shape by the device. */
async function make(name, side, rim) {
  const page = await browser.newPage({ viewport: { width: side, height: side } });
  const ground = rim > 0 ? "#1c2331" : "transparent";
  const inner = side * (1 - 2 * rim);
  await page.setContent(`<style>body{margin:0;background:${ground};display:grid;place-items:center;height:100vh}svg{width:${inner}px;height:${inner}px}</style>${svg}`);
  await writeFile(new URL(name, folder), await page.screenshot({ omitBackground: true }));
  await page.close();
}

await make("icon-192.png", 192, 0);
await make("icon-512.png", 512, 0);
await make("icon-maskable-512.png", 512, 0.1);
await make("apple-touch-icon.png", 180, 0.06);
await browser.close();
