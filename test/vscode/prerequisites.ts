/** What the tests need of the machine, beyond npm packages. */
import { accessSync, constants, existsSync, globSync } from "node:fs";
import path from "node:path";
import { codeServerPaths } from "./install.ts";

const browsers = ["chromium", "chromium-browser", "google-chrome"];

/**
 * The browser that the tests drive.
 * @returns its path (`STEERSCOPE_CHROMIUM`, or the first of the usual names on the PATH), or null
 */
export function findBrowser(): string | null {
  return process.env.STEERSCOPE_CHROMIUM || browsers.map(onPath).find(Boolean) || null;
}

/**
 * Debian packages to install before the tests can run; empty when all is there. What compiles code-server's native
 * modules counts only until code-server is installed.
 */
export function missingPackages(): string[] {
  const missing: string[] = [];
  if (!findBrowser()) missing.push("chromium");
  if (globSync("/usr/lib{64,}/{,*/}libvulkan.so.1").length === 0) missing.push("libvulkan1");
  if (!existsSync(codeServerPaths().marker)) {
    if (!existsSync("/usr/include/gssapi/gssapi.h")) missing.push("libkrb5-dev");
    if (!onPath("g++") || !onPath("make")) missing.push("build-essential");
    if (!onPath("python3")) missing.push("python3");
  }
  return missing;
}

/** @throws Error naming the one command that installs what is missing */
export function requirePackages(): void {
  const missing = missingPackages();
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(" ")}`;
  throw new Error(`The tests in VS Code need ${missing.join(", ")}. As root: ${command}`);
}

function onPath(name: string): string | null {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  return folders.map((folder) => path.join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
