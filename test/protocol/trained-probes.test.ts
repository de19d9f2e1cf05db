import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { type CodeLens, LSPErrorCodes } from "vscode-languageserver/node";
import {
  alerts,
  enabled,
  english,
  enter,
  file,
  german,
  list,
  prompt,
  remove,
  scores,
  spec,
  train,
  uriOf,
  user,
  variant,
} from "./trained-probe.ts";

describe("an enabled probe", () => {
  it("speaks up at the words that it means, with its figures, and hovers say what it says", async () => {
    await enter(enabled);
    const uri = await user.open(uriOf("a.prompt"), prompt);
    const found = await alerts(uri);
    expect(found).toEqual([
      expect.objectContaining({
        code: "probe:language",
        source: "steerscope",
        severity: 3,
        range: {
          start: { line: 0, character: english.length + 1 },
          end: { line: 0, character: english.length + 1 + german.length },
        },
        message: expect.stringMatching(
          /^The model treats this as “german” \((0\.\d\d|1\.00); held out \d\.\d\d, [\w-]+ baseline \d\.\d\d\)/,
        ),
      }),
    ]);
    expect(await user.hoverOver(uri, "Markt")).toMatch(
      /Probe language of this sentence: \*\*“german” [01]\.\d\d\*\* · held out/,
    );
    expect(await user.hoverOver(uri, "baker")).toContain("**“english”");
    const answer = await scores(uri);
    expect(answer).toMatchObject({ name: "language", classes: ["english", "german"], version: 1 });
    expect(answer.readings.map(({ told, alert }) => [told, alert])).toEqual([
      ["english", false],
      ["german", true],
    ]);
    expect(answer.readings[1].shade).toBe(answer.readings[1].score);
  });

  it("says so in the same line where words alone do as well", async () => {
    await enter(enabled);
    const path = variant("words", ({ report, editor }) => {
      report.trust!.verdict = "explained-by-text";
      Object.assign(editor, { message: "German here", severity: "hint", threshold: 0.2 });
    });
    try {
      const uri = await user.open(uriOf("a.prompt"), german);
      const found = (await alerts(uri)).find(({ code }) => code === "probe:words")!;
      expect(found.message).toMatch(/^German here \(.*baseline.*\) · words alone do as well$/);
      expect(found.severity).toBe(4);
      expect(await user.hoverOver(uri, "Markt")).toContain("⚠ words alone do as well");
    } finally {
      remove(path);
    }
  });

  it("comes and goes with the setting, at once", async () => {
    await enter();
    const uri = await user.open(uriOf("a.prompt"), prompt);
    expect(await alerts(uri)).toEqual([]);
    await user.configure({ probes: ["probes/language.probe.json"] });
    expect(await alerts(uri)).toHaveLength(1);
    await user.configure({ probes: ["**/*.probe.json", "!probes/language.probe.json"] });
    expect(await alerts(uri)).toEqual([]);
  });

  it("of another model is told in the list, and never in a file that it does not read", async () => {
    await enter(enabled);
    const path = variant("other", ({ model }) => {
      model.sha256 = "0".repeat(64);
    });
    try {
      const uri = await user.open(uriOf("a.prompt"), prompt);
      expect((await alerts(uri)).map(({ code }) => code)).toEqual(["probe:language"]);
      const { probes } = await list(uri);
      expect(probes).toMatchObject([
        { name: "language", enabled: true, reads: true, problem: null, entry: "probes/language.probe.json" },
        { name: "other", enabled: true, reads: false, problem: expect.stringContaining("was trained on") },
      ]);
      expect(probes[0].facts).toMatchObject({
        model: "tinytown",
        where: "mass-mean at blocks.2.hook_resid_post, mean",
        classes: ["english", "german"],
        measure: "accuracy",
      });
      await expect(scores(uri, path)).rejects.toThrow("was trained on");
    } finally {
      remove(path);
    }
  });

  it("says in the list where a document is read otherwise than what it learnt from", async () => {
    await enter(enabled);
    const path = variant("asked", ({ reads }) => {
      reads.readAs = "user";
    });
    try {
      const notes = async (name: string) => {
        const uri = await user.open(uriOf(name), prompt);
        await user.inspect(uri);
        return (await list(uri)).probes.map((it) => [it.name, it.note]);
      };
      expect(await notes("a.prompt")).toEqual([
        ["asked", null],
        ["language", expect.stringContaining("inside the model's chat template")],
      ]);
      expect(await notes("a.txt")).toEqual([
        ["asked", expect.stringContaining("this text has no roles")],
        ["language", null],
      ]);
      expect((await list()).probes.map(({ note }) => note)).toEqual([null, null]);
    } finally {
      remove(path);
    }
  });

  it("that is not there, or is broken, is told in the files that it should read", async () => {
    await enter({ settings: { probes: ["probes/no.probe.json", "probes/language.probe.json"] } });
    const uri = await user.open(uriOf("a.prompt"), english);
    expect(await alerts(uri)).toMatchObject([{ range: { start: { line: 0 } }, severity: 2 }]);
    const { probes } = await list(uri);
    expect(probes.map(({ name, problem }) => [name, problem === null])).toEqual([
      ["language", true],
      ["no", false],
    ]);
  });

  it("is not loaded in a workspace that is not trusted, and the list says so", async () => {
    await enter({ ...enabled, initializationOptions: { trusted: false } });
    const uri = await user.open(uriOf("a.prompt"), prompt);
    expect(await alerts(uri)).toEqual([]);
    expect(await list(uri)).toEqual({ probes: [], problem: expect.stringContaining("not trusted") });
    const own = await user.open(uriOf("probes/language.probe.yaml"), spec);
    await expect(train(own)).rejects.toThrow("not trusted");
  });
});

describe("training", () => {
  it("keeps the probe beside its specification, as the text on the screen says, and has it read open files", async () => {
    await enter(enabled);
    const prompts = await user.open(uriOf("a.prompt"), prompt);
    await alerts(prompts);
    const uri = await user.open(uriOf("probes/fresh.probe.yaml"), spec.replace("seed: 3", "seed: 4"));
    const { report, file: made, beside, notes } = await train(uri);
    try {
      expect(made).toBe(beside);
      expect(JSON.parse(readFileSync(made!, "utf8")).report).toEqual(report);
      expect(report).toMatchObject({ schema: "steerscope.probe-report/1", name: "fresh" });
      expect(notes).toEqual(report.data.problems);
      await expect
        .poll(async () => (await alerts(prompts)).map(({ code }) => code), { timeout: 10_000 })
        .toEqual(["probe:fresh", "probe:language"]);
    } finally {
      remove(made!);
    }
  });

  it("tells how far it is; a cancelled run ends, and the next reads only what is not known", async () => {
    await enter();
    const uri = await user.open(
      uriOf("probes/long.probe.yaml"),
      spec.replace("n: 900, seed: 3", "n: 1200, seed: 9").replace("[blocks.2.hook_resid_post]", "resid_post"),
    );
    const source = new CancellationTokenSource();
    const cancelled = train(uri, { sweep: true }, source.token);
    cancelled.catch(() => {});
    const texts = () =>
      user.progress.flatMap(({ value }) => /Reading texts: (\d+) of (\d+)/.exec(value.message ?? "") ?? []);
    await expect
      .poll(() => Number(texts()[1] ?? 0), { timeout: 60_000, interval: 10 })
      .toBeGreaterThanOrEqual(0);
    await expect
      .poll(() => texts().some((it) => Number(it) > 0), { timeout: 60_000, interval: 5 })
      .toBe(true);
    source.cancel();
    await expect(cancelled).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
    expect(user.progress.at(-1)!.value.kind).toBe("end");
    const { report, file: kept, beside } = await train(uri, { sweep: true });
    expect(report.timing.read).toBeLessThan(report.timing.texts);
    expect(report.cells.length).toBeGreaterThan(6);
    expect(new Set(report.cells.map(({ position }) => position))).toEqual(new Set(["last", "mean", "max"]));
    expect(kept).not.toBe(beside);
    expect(existsSync(kept!)).toBe(true);
    expect(existsSync(beside)).toBe(false);
  }, 180_000);

  it("answers hovers meanwhile, and refuses a second one", async () => {
    await enter();
    const prompts = await user.open(uriOf("a.prompt"), prompt);
    await user.inspect(prompts);
    const uri = await user.open(uriOf("probes/busy.probe.yaml"), spec.replace("seed: 3", "seed: 12"));
    const source = new CancellationTokenSource();
    let over = false;
    const running = train(uri, { sweep: true }, source.token).finally(() => {
      over = true;
    });
    running.catch(() => {});
    await expect(train(uri)).rejects.toThrow("being trained already");
    await user.edit(prompts, "market", "station");
    expect(await user.hoverOver(prompts, "station")).toContain("Surprisal");
    expect(over).toBe(false);
    source.cancel();
    await expect(running).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
  });

  it("says what is wrong with a specification, and where", async () => {
    await enter();
    const uri = await user.open(uriOf("probes/wrong.probe.yaml"), spec.replace("mass-mean", "mass-maen"));
    await expect(train(uri)).rejects.toThrow(/by its line 6: .*mass-maen.*Did you mean/);
    await expect(train(uriOf("a.prompt"))).rejects.toThrow("NAME.probe.yaml");
    await expect(train(uriOf("probes/gone.probe.yaml"))).rejects.toThrow("cannot be read");
  });
});

it("offers at the top of a specification what can be done with it, to a client that has the commands", async () => {
  await enter({ initializationOptions: { commandLinks: true } });
  const titles = async (name: string) => {
    const uri = await user.open(uriOf(name), spec);
    const lenses: CodeLens[] = await user.lenses(uri);
    return lenses.map(({ command }) => [command!.title, command!.command, command!.arguments]);
  };
  const uri = uriOf("probes/language.probe.yaml");
  expect(await titles("probes/language.probe.yaml")).toEqual([
    ["Train", "steerscope.trainProbe", [uri]],
    ["Sweep", "steerscope.sweepProbe", [uri]],
    ["Report", "steerscope.openProbeReport", [file()]],
  ]);
  expect(await titles("probes/not-trained.probe.yaml")).toHaveLength(2);
});
