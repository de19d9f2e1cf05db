import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { installVsix } from "./codeServer.ts";
import { ensureCodeServer } from "./install.ts";
import { requirePackages } from "./prerequisites.ts";
import { screenshots } from "./workbench.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder into which VS Code installed the packaged extension. */
    extensions: string;
  }
}

const vsix = path.resolve(import.meta.dirname, "../../dist/steerscope-linux-x64.vsix");

/** Once a run: installs VS Code if need be, and the packaged extension into a folder that each session copies. */
export default async function prepare(project: TestProject): Promise<() => void> {
  rmSync(screenshots, { recursive: true, force: true });
  const { extensions, remove } = await installExtension();
  project.provide("extensions", extensions);
  return remove;
}

/**
 * Installs VS Code if need be, and the packaged extension into a folder of its own.
 * @throws Error naming what is missing and the command that brings it
 */
export async function installExtension(): Promise<{ extensions: string; remove: () => void }> {
  requirePackages();
  await ensureCodeServer();
  if (!existsSync(vsix)) throw new Error(`${vsix} is missing: run \`npm run package\` first.`);
  const folder = mkdtempSync(path.join(tmpdir(), "steerscope-vsix-"));
  const extensions = path.join(folder, "extensions");
  await installVsix(vsix, extensions);
  return { extensions, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
