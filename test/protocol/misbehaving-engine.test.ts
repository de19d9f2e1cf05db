import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { fakeEngine, User, type UserOptions } from "./user.ts";

let user: User;
async function enter(options: UserOptions = {}): Promise<User> {
  user = await User.inBand({ ...options, settings: { saes: ["toy"], ...options.settings } });
  return user;
}
afterEach(() => user.leave());

async function until(what: () => boolean): Promise<void> {
  for (let i = 0; i < 300 && !what(); i++) await sleep(10);
  expect(what()).toBe(true);
}

describe("an engine that is slow", () => {
  it("leaves a hover with “analysing” after a second rather than with old numbers", async () => {
    await enter();
    const uri = await user.open("a.txt", "The cat sat.");
    await user.inspect(uri);
    await user.edit(uri, "sat", "please-wait");
    const before = Date.now();
    expect(await user.hoverOver(uri, "cat")).toMatch(/^Analysing…/);
    expect(Date.now() - before).toBeLessThan(1_500);
  });

  it("shows progress, and a click on cancel ends the work", async () => {
    await enter();
    const uri = await user.open("a.txt", "please-wait");
    await until(() => user.progress.some((it) => it.value.kind === "begin"));
    const { token } = user.progress[0];
    await user.connection.sendNotification("window/workDoneProgress/cancel", { token });
    await expect(user.inspect(uri)).rejects.toMatchObject({ data: { code: "analysis-cancelled" } });
    expect((await user.diagnostics(uri))[0]).toMatchObject({ code: "analysis-cancelled", severity: 3 });
    await until(() => user.progress.at(-1)!.value.kind === "end");
  });

  it("gives what is known without the engine meanwhile, and asks for a new pull when there is more", async () => {
    await enter();
    const uri = await user.open("a.prompt", '{{role "user"}} <|oops|> please-be-slow');
    expect(await user.symbols(uri)).toHaveLength(1);
    await user.inspect(uri);
    await until(() => user.refreshes > 0);
    expect((await user.diagnostics(uri))[0]).toMatchObject({
      code: "special-token-in-text",
      severity: 2,
      range: { start: { line: 0, character: 16 }, end: { line: 0, character: 24 } },
    });
  });

  it("cancels work on a file that is closed and lets the engine forget it", async () => {
    await enter();
    const uri = await user.open("a.txt", "please-wait");
    await until(() => user.statuses.some((it) => it.state === "busy"));
    await user.close(uri);
    const other = await user.open("b.txt", "The cat.");
    const before = Date.now();
    await user.inspect(other);
    expect(Date.now() - before).toBeLessThan(1_000);
    await until(() => user.log.some((line) => line.includes(`forgot ${uri}`)));
  });
});

describe("an engine that falls", () => {
  it("is asked again, and the user notices nothing but the numbers", async () => {
    await enter();
    const uri = await user.open("a.txt", "please-crash-once now");
    expect((await user.inspect(uri)).tokens).toHaveLength(3);
  });

  it("that falls on one text says so in that file, and serves the next text", async () => {
    await enter();
    const uri = await user.open("a.txt", "please-crash");
    await expect(user.inspect(uri)).rejects.toMatchObject({ data: { code: "engine-crashed" } });
    expect((await user.diagnostics(uri))[0].message).toContain("ended twice");
    await user.edit(uri, "please-crash", "fine");
    expect((await user.inspect(uri)).version).toBe(2);
  });

  it("that keeps falling is left alone until the user restarts it", async () => {
    await enter();
    const uri = await user.open("a.txt", "please-crash");
    await user.inspect(uri).catch(() => {});
    await user.edit(uri, "please-crash", "please-crash again");
    await expect(user.inspect(uri)).rejects.toMatchObject({ data: { code: "engine-keeps-crashing" } });
    expect(user.statuses.at(-1)).toMatchObject({ state: "failed", pid: null });
    await user.edit(uri, "please-crash again", "fine");
    await expect(user.inspect(uri)).rejects.toMatchObject({ data: { code: "engine-keeps-crashing" } });
    await user.ask("steerscope/restartEngine", { textDocument: { uri } });
    expect((await user.inspect(uri)).version).toBe(3);
  });

  it("that cannot start is reported with what it said, from the bundled server too", async () => {
    const env = { STEERSCOPE_ENGINE_MODULE: fakeEngine, STEERSCOPE_FAKE: "crash-on-start" };
    user = await User.spawned({}, env);
    const uri = await user.open("a.txt", "The cat.");
    await expect(user.inspect(uri)).rejects.toThrow("cannot find the native library");
    expect((await user.diagnostics(uri))[0].message).toContain("cannot find the native library");
  });

  it("that hangs is ended when newer text cancels its work", async () => {
    await enter({ host: { patience: { running: 200, loading: 200 } } });
    const uri = await user.open("a.txt", "please-hang");
    await until(() => user.statuses.some((it) => it.state === "busy"));
    await sleep(100);
    await user.edit(uri, "please-hang", "fine");
    expect((await user.inspect(uri)).version).toBe(2);
  });

  it("whose numbers are not finite gives an error, not a hole in the JSON", async () => {
    await enter();
    const uri = await user.open("a.txt", "please-be-nan");
    await expect(user.inspect(uri)).rejects.toMatchObject({ data: { code: "numbers-not-finite" } });
  });
});

describe("what a client asks for", () => {
  it("gets links to the heat map in hovers only where it trusts them", async () => {
    await enter();
    const plain = await user.open("a.txt", "The cat.");
    expect(await user.hoverOver(plain, "cat")).not.toContain("command:");
    await user.leave();
    await enter({ initializationOptions: { commandLinks: true } });
    const uri = await user.open("a.txt", "The cat.");
    const link = /\(command:steerscope\.showWhereFires\?([^ )]+)/.exec((await user.hoverOver(uri, "cat"))!);
    expect(JSON.parse(decodeURIComponent(link![1]))).toEqual([
      { uri, sae: "toy", feature: expect.any(Number) },
    ]);
  });

  it("leaves dense features out of hovers, says so, and shows them when told to", async () => {
    await enter();
    const uri = await user.open("a.txt", "The cat.");
    const hover = await user.hoverOver(uri, "cat");
    expect(hover).not.toContain("toy · 7 ·");
    expect(hover).toContain("1 left out");
    await user.configure({ saes: ["toy"], hideAboveFrequency: 1 });
    await user.inspect(uri);
    expect(await user.hoverOver(uri, "cat")).toContain("toy · 7 ·");
    const ranked = await user.inspect(uri, { ranked: true });
    expect(ranked.tokens.at(-1)!.features.map((it) => it.feature)).toContain(7);
  });

  it("sees lenses and hints only where the settings say so", async () => {
    await enter();
    const uri = await user.open("a.prompt", '{{role "user"}} The cat sat on surprise mat.');
    await user.inspect(uri);
    expect(await user.lenses(uri)).toEqual([]);
    expect(await user.hints(uri)).toEqual([]);
    await user.configure({ saes: ["toy"], codeLens: true, inlayHints: true });
    await user.inspect(uri);
    expect((await user.lenses(uri))[0].command!.title).toMatch(/^user · 6 tokens · [\d.]+ bits a token · /);
    expect(await user.hints(uri)).toMatchObject([
      { label: "14.4 bits", position: { line: 0, character: 15 + " The cat sat on surprise".length } },
    ]);
    // Switched off they have to go, and a client takes them away only when it is told to ask again.
    user.refreshed.length = 0;
    await user.configure({ saes: ["toy"] });
    await until(() => user.refreshed.includes("codeLens") && user.refreshed.includes("inlayHint"));
    expect(await user.lenses(uri)).toEqual([]);
    expect(await user.hints(uri)).toEqual([]);
    await user.inspect(uri);
    expect(await user.lenses(uri)).toEqual([]);
  });

  it("is sent diagnostics where it does not pull them", async () => {
    await enter({ capabilities: {} });
    const uri = await user.open("a.txt", "The <|oops|> cat.");
    await until(() => user.published.some((it) => it.diagnostics.length === 1));
    await user.close(uri);
    await until(() => user.published.at(-1)?.diagnostics.length === 0);
  });

  it("takes its model over the file's own when it names one for the run, and no path when it is not trusted", async () => {
    const text = "---\nsteerscope:\n  model: ./missing\n---\nThe cat.\n";
    await enter({ initializationOptions: { override: { model: "chosen" } } });
    expect((await user.inspect(await user.open("a.prompt", text))).model.id).toBe("chosen");
    await user.leave();
    await enter({ initializationOptions: { trusted: false } });
    const uri = await user.open("a.prompt", text);
    expect((await user.inspect(uri)).model.id).toBe("tinytown");
    expect((await user.diagnostics(uri))[0].code).toBe("workspace-not-trusted");
  });

  it("gets another engine when memory or threads change", async () => {
    await enter();
    const uri = await user.open("a.txt", "The cat.");
    await user.inspect(uri);
    const { pid } = await user.status();
    await user.configure({ saes: ["toy"], threads: 1 });
    await user.inspect(uri);
    await until(() => user.statuses.at(-1)!.pid !== pid && user.statuses.at(-1)!.state === "ready");
    expect(await user.ask<string[]>("steerscope/models", {})).toContain("tinytown");
  });
});
