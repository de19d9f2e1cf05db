import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { codeServerPaths } from "./install.ts";

const quietSettings = {
  "workbench.startupEditor": "none",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "chat.disableAIFeatures": true,
  "telemetry.telemetryLevel": "off",
  "extensions.autoUpdate": false,
  "editor.hover.delay": 100,
  "editor.minimap.enabled": false,
  "editor.wordWrap": "on",
  "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
  "files.autoSave": "off",
  "security.workspace.trust.startupPrompt": "never",
};

export interface CodeServerOptions {
  /** Folder with installed extensions, from {@link installVsix}; it is copied. null: none. */
  extensions: string | null;
  /** Folder to open; it is copied too, so tests may edit. */
  workspace: string;
  /** Settings of the workspace. */
  settings?: Record<string, unknown>;
  /** Settings of the machine that VS Code runs on, which no workspace can set. */
  machineSettings?: Record<string, unknown>;
  /** More files of the workspace: names and texts. */
  files?: Record<string, string>;
  /** false: VS Code restricts the workspace as one whose authors nobody trusts. */
  trusted?: boolean;
  /** Called with the copied extensions' folder before the start, to break something in it. */
  tamper?: (extensions: string) => void;
}

/** A VS Code of its own: own home, settings, extensions, port and process group. */
export interface CodeServer {
  port: number;
  workspace: string;
  extensions: string;
  stop(): Promise<void>;
}

/** Unpacks a VSIX into an extensions folder, as the user's "Install from VSIX" does. */
export async function installVsix(vsix: string, extensions: string): Promise<void> {
  const home = `${extensions}-home`;
  mkdirSync(home, { recursive: true });
  const { node, entry } = codeServerPaths();
  const place = ["--extensions-dir", extensions, "--user-data-dir", path.join(home, "data")];
  await promisify(execFile)(node, [entry, "--install-extension", vsix, ...place, ...configIn(home)], {
    env: environment(home),
    timeout: 120_000,
  });
}

/** Starts VS Code on a copy of a folder and waits until it answers. */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const home = mkdtempSync(path.join(tmpdir(), "steerscope-vscode-"));
  const workspace = path.join(home, "work");
  const extensions = path.join(home, "extensions");
  const data = path.join(home, "data");
  cpSync(options.workspace, workspace, { recursive: true });
  if (options.extensions) cpSync(options.extensions, extensions, { recursive: true });
  else mkdirSync(extensions);
  options.tamper?.(extensions);
  writeSettings(path.join(data, "User"), quietSettings);
  if (options.machineSettings) writeSettings(path.join(data, "Machine"), options.machineSettings);
  for (const [name, text] of Object.entries(options.files ?? {})) {
    mkdirSync(path.dirname(path.join(workspace, name)), { recursive: true });
    writeFileSync(path.join(workspace, name), text);
  }
  if (options.settings) writeSettings(path.join(workspace, ".vscode"), options.settings);

  const port = await freePort();
  const { node, entry } = codeServerPaths();
  const quiet = ["telemetry", "update-check", "getting-started-override"];
  if (options.trusted ?? true) quiet.push("workspace-trust");
  const child = spawn(
    node,
    [
      entry,
      ...[
        "--bind-addr",
        `127.0.0.1:${port}`,
        "--auth",
        "none",
        "--session-socket",
        path.join(home, "s.sock"),
      ],
      ...["--user-data-dir", data, "--extensions-dir", extensions, ...configIn(home)],
      ...quiet.map((name) => `--disable-${name}`),
      workspace,
    ],
    { env: environment(home), stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  const log = collect(child);
  const killNow = () => signalGroup(child, "SIGKILL");
  process.once("exit", killNow);
  const stop = async () => {
    process.removeListener("exit", killNow);
    await stopGroup(child);
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    await waitForHealth(port, child, log);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, workspace, extensions, stop };
}

/** Writes a settings.json; a running VS Code notices. */
export function writeSettings(folder: string, settings: Record<string, unknown>): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "settings.json"), JSON.stringify(settings, null, 2));
}

function configIn(home: string): string[] {
  const file = path.join(home, "config.yaml");
  if (!existsSync(file)) writeFileSync(file, "auth: none\n");
  return ["--config", file];
}

/** Nothing of the user's own editor or of the test runner leaks in. */
function environment(home: string): NodeJS.ProcessEnv {
  const temporary = path.join(home, "tmp");
  mkdirSync(temporary, { recursive: true });
  const kept = ["PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH"].map((key) => [key, process.env[key]]);
  return { ...Object.fromEntries(kept), HOME: home, TMPDIR: temporary };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function collect(child: ChildProcess): () => string {
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text = (text + chunk).slice(-4000);
    });
  }
  return () => text;
}

async function waitForHealth(port: number, child: ChildProcess, log: () => string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline && child.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null);
    if (answer?.ok) return;
    await sleep(150);
  }
  throw new Error(`code-server did not start:\n${log()}`);
}

async function stopGroup(child: ChildProcess): Promise<void> {
  const exited = child.exitCode !== null || new Promise((done) => child.once("exit", done));
  signalGroup(child, "SIGTERM");
  await Promise.race([exited, sleep(5000, undefined, { ref: false })]);
  // The group outlives its leader: the extension host and the language server are in it.
  signalGroup(child, "SIGKILL");
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // The whole group has ended already.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
