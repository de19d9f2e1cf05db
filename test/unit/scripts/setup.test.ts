import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
// @ts-expect-error a script without types
import { changedSince } from "../../../scripts/setup.mjs";

it("bundles are stale when a source changed since their build began, not since it ended", () => {
  const folder = mkdtempSync(join(tmpdir(), "steerscope-build-"));
  const [stamp, source] = [join(folder, "built"), join(folder, "src", "a.ts")];
  const at = (file: string, time: string) => utimesSync(file, new Date(time), new Date(time));
  mkdirSync(join(folder, "src"));
  writeFileSync(source, "");
  at(source, "2026-01-01T10:00:00Z");
  at(join(folder, "src"), "2026-01-01T10:00:00Z");
  expect(changedSince(stamp, [join(folder, "src")])).toBe(true);
  writeFileSync(stamp, "2026-01-01T10:00:05.000Z");
  at(stamp, "2026-01-01T10:00:30Z");
  expect(changedSince(stamp, [join(folder, "src")])).toBe(false);
  at(source, "2026-01-01T10:00:10Z");
  expect(changedSince(stamp, [join(folder, "src")])).toBe(true);
});

it("what the set-up prints leaves stdout to the command it sets up for", () => {
  const script = join(import.meta.dirname, "../../../scripts/setup.mjs");
  const code = `const { run } = await import(${JSON.stringify(pathToFileURL(script).href)}); run(process.execPath, ["-e", "console.log('built')"]); console.log("{}");`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
    encoding: "utf8",
  });
  expect({ stdout, stderr }).toEqual({ stdout: "{}\n", stderr: "built\n" });
});

it("packages behind a link are never replaced: another checkout lives from them", () => {
  const folder = mkdtempSync(join(tmpdir(), "steerscope-link-"));
  mkdirSync(join(folder, "checkout"));
  mkdirSync(join(folder, "packages"));
  writeFileSync(join(folder, "packages", "kept"), "");
  cpSync(join(import.meta.dirname, "../../../scripts"), join(folder, "checkout", "scripts"), {
    recursive: true,
  });
  writeFileSync(
    join(folder, "checkout", "package-lock.json"),
    '{"lockfileVersion":3,"packages":{"":{},"node_modules/a":{"version":"1.0.0"}}}',
  );
  symlinkSync(join(folder, "packages"), join(folder, "checkout", "node_modules"));
  const { stderr, status } = spawnSync(process.execPath, ["scripts/build.mjs"], {
    cwd: join(folder, "checkout"),
    encoding: "utf8",
  });
  expect(stderr).toContain("is a link to packages that differ from package-lock.json");
  expect(status).not.toBe(0);
  expect(readdirSync(join(folder, "packages"))).toEqual(["kept"]);
});
