import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
// @ts-expect-error: scripts are plain JavaScript, without types
import { notices, packagesOf } from "../../../scripts/notices.mjs";
// @ts-expect-error: scripts are plain JavaScript, without types
import { withoutOwnPictures } from "../../../scripts/package.mjs";

let root: string;
function write(file: string, content: string | object): void {
  const place = join(root, file);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, typeof content === "string" ? content : JSON.stringify(content));
}
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "steerscope-package-"));
  const pkg = (folder: string, name: string, more: object) =>
    write(`${folder}/package.json`, { name, version: "1.0.0", license: "MIT", ...more });
  pkg("node_modules/plain", "plain", {});
  write("node_modules/plain/LICENSE.md", "Plain's own words\n");
  pkg("node_modules/@scope/outer", "@scope/outer", { author: { name: "Ada" } });
  pkg("node_modules/@scope/outer/node_modules/inner", "inner", { license: "BSD-2-Clause" });
  pkg("node_modules/silent", "silent", { license: undefined });
});
afterAll(() => rmSync(root, { recursive: true }));

const bundled = [
  "client/src/extension.ts",
  "node_modules/plain/x.js",
  "node_modules/plain/y.js",
  "node_modules/@scope/outer/lib/x.js",
  "node_modules/@scope/outer/node_modules/inner/y.js",
];

it("finds every package that a bundle contains, once, nested ones too", () => {
  expect(packagesOf(bundled, root)).toEqual([
    join(root, "node_modules/plain"),
    join(root, "node_modules/@scope/outer"),
    join(root, "node_modules/@scope/outer/node_modules/inner"),
  ]);
});

it("gives each its licence, in its own words where it has some", () => {
  const text = notices(packagesOf(bundled, root));
  expect(text).toContain("plain 1.0.0 (MIT)\n\nPlain's own words");
  expect(text).toContain("@scope/outer 1.0.0 (MIT)\n\nCopyright Ada");
  expect(text).toContain("inner 1.0.0 (BSD-2-Clause)");
});

it("refuses a package that does not say its licence", () => {
  expect(() => notices([join(root, "node_modules/silent")])).toThrow("silent 1.0.0");
});

it("leaves no picture in a README that an extension's page would draw broken", () => {
  const own = "![a hover](docs/a.png)\n\n";
  const text = `# Title\n\n${own}Words.\n\n![b](https://example.org/b.png)\n`;
  expect(withoutOwnPictures(text)).toBe(text.replace(own, ""));
  const readme = readFileSync(join(import.meta.dirname, "../../../README.md"), "utf8");
  expect(readme).toMatch(/^!\[.*\.png\)$/m);
  expect(withoutOwnPictures(readme)).not.toContain("![");
});
