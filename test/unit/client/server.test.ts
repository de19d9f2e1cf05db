import { beforeEach, expect, it, vi } from "vitest";
import { Server } from "../../../client/src/server.ts";
import { CancellationTokenSource, events, open, reset, told, workspace } from "./editor.ts";
import { clients, type LanguageClient } from "./fake-client.ts";
import { settled } from "./fake-numbers.ts";

vi.mock("vscode-languageclient/node", () => import("./fake-client.ts"));

const log = { error: () => {} };
let stale: (string | null)[];
function start(): Server {
  const server = new Server("server.js", log as never);
  stale = [];
  server.onStale((uri) => stale.push(uri));
  return server;
}

/** The client of a start, once its code is loaded. */
async function client(which = 0): Promise<LanguageClient> {
  await expect.poll(() => clients[which]?.done.length ?? 0).toBeGreaterThan(0);
  return clients[which];
}
beforeEach(() => {
  reset();
  clients.length = 0;
});

it("starts with the first prompt, not with any other file, and once", async () => {
  open("/prompts/other.yaml");
  start();
  open("/prompts/notes.txt");
  await settled();
  expect(clients).toEqual([]);
  open("/prompts/a.prompt");
  open("/prompts/b.prompt.yml");
  expect((await client()).done).toEqual(["start on 8 patterns"]);
  expect(clients).toHaveLength(1);
});

it.each([
  "cheerful.steer.yaml",
  "truth.probe.yaml",
])("starts with %s, which the server reads too", async (name) => {
  start();
  open(`/prompts/${name}`);
  expect((await client()).done).toHaveLength(1);
});

it("starts for a prompt that was open before it", async () => {
  open("/prompts/a.prompt");
  start();
  expect((await client()).done).toHaveLength(1);
});

it("lets requests wait for the start, and tells of a start that fails", async () => {
  const server = start();
  const answer = server.ask("steerscope/models", {});
  const its = await client();
  expect(its).toMatchObject({ done: ["start on 8 patterns"], sent: [] });
  its.started.fire(new Error("no such file"));
  await expect(answer).rejects.toThrow("no such file");
  expect(told.at(-1)).toContain("no such file");
  const again = server.restart();
  const next = await client(1);
  next.started.fire(null);
  await again;
  await server.ask("steerscope/models", {});
  expect(next.sent).toEqual(["steerscope/models"]);
  // What was cancelled before the server ran is not even asked.
  const source = new CancellationTokenSource();
  await server.ask("steerscope/tryFeature", {}, source.token as never);
  expect(next.tokens.at(-1)).toBe(source.token);
  source.cancel();
  await expect(server.ask("steerscope/tryFeature", {}, source.token as never)).rejects.toThrow();
  expect(next.sent).toHaveLength(2);
  next.running = false;
  await expect(server.ask("steerscope/models", {})).rejects.toThrow("has ended. Restart it.");
});

it("takes up other patterns at once, whether it runs or not", async () => {
  start();
  open("/prompts/notes.txt");
  await workspace.getConfiguration().update("prompts", ["**/*.txt"], 2);
  const its = await client();
  expect(its.done).toEqual(["start on 9 patterns"]);
  its.started.fire(null);
  await workspace.getConfiguration().update("prompts", ["**/*.txt", "**/*.text"], 2);
  expect((await client(1)).done).toEqual(["start on 10 patterns"]);
  expect(its.done.at(-1)).toBe("stop");
});

it("starts anew once the workspace is trusted, and says so to the server", async () => {
  workspace.isTrusted = false;
  open("/prompts/a.prompt");
  start();
  const its = await client();
  expect(its.clientOptions.initializationOptions.trusted).toBe(false);
  its.started.fire(null);
  workspace.isTrusted = true;
  events.trusted.fire();
  expect((await client(1)).clientOptions.initializationOptions.trusted).toBe(true);
});

it("says what is stale: a file after an edit, all after settings, another engine or a restart; nothing after a crash", async () => {
  const server = start();
  const { document } = open("/prompts/a.prompt");
  const its = await client();
  its.started.fire(null);
  events.changed.fire({ document, contentChanges: [] });
  expect(stale).toEqual([]);
  events.changed.fire({ document, contentChanges: [{}] });
  expect(stale).toEqual(["file:///prompts/a.prompt"]);
  its.notified.get("steerscope/statusChanged")!({ state: "restarting" });
  expect(stale).toHaveLength(1);
  its.notified.get("steerscope/statusChanged")!({ state: "starting" });
  await workspace.getConfiguration().update("ranking", "raw", 2);
  void server.restart();
  expect(stale.slice(1)).toEqual([null, null, null]);
});
