import { homedir } from "node:os";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { enableProbe } from "../../../client/src/enabled-probes.ts";
import { ProbeCommands } from "../../../client/src/probe-commands.ts";
import { type ProbeNode, ProbesTree } from "../../../client/src/probes-tree.ts";
import { trainProbe } from "../../../client/src/train-probe.ts";
import type { ListedProbe } from "../../../server/src/protocol/probe-requests.ts";
import {
  answers,
  events,
  given,
  open,
  ran,
  reset,
  settings,
  type TreeItem,
  told,
  workspace,
} from "./editor.ts";
import { FakeNumbers, settled } from "./fake-numbers.ts";

const file = "/prompts/probes/truth.probe.json";
const spec = "/prompts/probes/truth.probe.yaml";
const cached = "/cache/sweeps/1/truth.probe.json";
const report = {
  name: "truth",
  cells: [{ kind: "logistic", source: "blocks.3.hook_resid_post", position: "last", problem: null }],
  chosen: 0,
  figures: { leading: { value: 0.91 }, measure: "accuracy" },
  trust: { verdict: "sound", sentence: "Trust it within the controls made." },
  timing: { read: 12, texts: 800 },
};

let numbers: FakeNumbers;
let changes = 0;
beforeEach(() => {
  vi.useFakeTimers();
  reset();
  numbers = new FakeNumbers();
  changes = 0;
});
afterEach(() => vi.useRealTimers());

async function train(sweep: boolean, from?: string) {
  void trainProbe(numbers, sweep, from, () => changes++);
  await settled();
}

describe("training", () => {
  it("says how good the probe is, what to trust and how many texts were read, and enables it where that is chosen", async () => {
    open(spec);
    answers.push("Enable here");
    await train(false);
    expect(numbers.asked).toMatchObject([
      { method: "steerscope/trainProbe", params: { textDocument: { uri: `file://${spec}` } } },
    ]);
    await numbers.answer({ report, file, beside: file, notes: [] });
    expect(told).toEqual([
      "Trained truth: logistic at blocks.3.hook_resid_post, last, 0.91 accuracy on held-out examples. Trust it within the controls made. Read 12 of 800 texts (the others were known).",
    ]);
    expect(settings.workspace.probes).toEqual(["probes/truth.probe.json"]);
    expect(changes).toBe(2);
  });

  it("keeps the best probe of a sweep only when that is chosen, and takes no other's place unasked", async () => {
    workspace.files.set(cached, "json");
    workspace.files.set(cached.replace(".json", ".safetensors"), "tensors");
    const answer = { report, file: cached, beside: file, notes: [] };
    await train(true, `file://${spec}`);
    expect(numbers.asked[0].params).toEqual({ textDocument: { uri: `file://${spec}` }, sweep: true });
    await numbers.answer(answer);
    expect(told[0]).toContain("Swept 1 probes of truth. Best: logistic");
    expect(workspace.files.has(file)).toBe(false);

    answers.push("Keep and enable here");
    await train(true, `file://${spec}`);
    await numbers.answer(answer);
    await settled();
    expect(workspace.files.get(file)).toBe("json");
    expect(workspace.files.get(file.replace(".json", ".safetensors"))).toBe("tensors");
    expect(settings.workspace.probes).toEqual(["probes/truth.probe.json"]);

    workspace.files.set(cached, "newer");
    answers.push("Keep and enable here", undefined);
    await train(true, `file://${spec}`);
    await numbers.answer(answer);
    await settled();
    expect(told.at(-1)).toContain("trained last");
    expect(workspace.files.get(file)).toBe("json");
  });

  it("opens the report where that is chosen", async () => {
    answers.push("Open report");
    await train(false, `file://${spec}`);
    await numbers.answer({ report, file, beside: file, notes: [] });
    expect(ran).toEqual(["steerscope.openProbeReport"]);
    expect(given).toEqual([file]);
  });

  it("says when it was cancelled, when it failed and when nothing could be trained", async () => {
    await train(false, `file://${spec}`);
    await numbers.answer(Object.assign(new Error("cancelled"), { code: -32800 }));
    expect(told.at(-1)).toContain("was cancelled. What was read of the texts is kept");
    await train(false, `file://${spec}`);
    await numbers.answer(new Error("One class only."));
    expect(told.at(-1)).toBe("The probe was not trained. One class only.");
    await train(false, `file://${spec}`);
    const none = { ...report, chosen: null, cells: [{ ...report.cells[0], problem: "All rows are equal." }] };
    await numbers.answer({ report: none, file: null, beside: file, notes: [] });
    expect(told.at(-1)).toBe("No probe could be trained. All rows are equal.");
  });

  it("asks which probe is meant where none is in front, and says how to make one where there is none", async () => {
    await train(false);
    expect(told.at(-1)).toContain("NAME.probe.yaml");
    workspace.found = [spec];
    answers.push("probes/truth.probe.yaml");
    await train(false);
    expect(numbers.asked[0].params).toEqual({ textDocument: { uri: `file://${spec}` } });
  });
});

describe("enabling", () => {
  const probe = { file, entry: "probes/truth.probe.json" };
  it("writes and takes back one entry, and takes a probe away from a pattern by an entry of its own", async () => {
    settings.workspace.probes = ["other.probe.json"];
    await enableProbe(probe, true);
    expect(settings.workspace.probes).toEqual(["other.probe.json", probe.entry]);
    await enableProbe(probe, false);
    expect(settings.workspace.probes).toEqual(["other.probe.json"]);
    settings.workspace.probes = ["probes/*.probe.json"];
    await enableProbe(probe, false);
    expect(settings.workspace.probes).toEqual(["probes/*.probe.json", `!${probe.entry}`]);
    await enableProbe(probe, true);
    expect(settings.workspace.probes).toEqual(["probes/*.probe.json", probe.entry]);
  });

  it("keeps all of several that are enabled at once, and goes on after one that could not be written", async () => {
    const [a, b, c] = ["a", "b", "c"].map((it) => ({
      file: `/prompts/${it}.probe.json`,
      entry: `${it}.probe.json`,
    }));
    await Promise.all([enableProbe(a, true), enableProbe(b, true)]);
    expect(settings.workspace.probes).toEqual([a.entry, b.entry]);
    const broken = vi.spyOn(workspace, "getConfiguration").mockReturnValueOnce({
      ...workspace.getConfiguration(),
      update: async () => {
        throw new Error("Unable to write into settings.json.");
      },
    });
    const outcomes = await Promise.all([enableProbe(c, true), enableProbe(a, false)]);
    broken.mockRestore();
    expect(outcomes).toEqual([false, true]);
    expect(told).toEqual([
      expect.stringMatching(
        /^The setting steerscope\.probes could not be written: Unable .* Mend the settings file/,
      ),
    ]);
    expect(settings.workspace.probes).toEqual([b.entry]);
  });

  it.each([
    "./probes/truth.probe.json",
    file,
    "probes/../probes/truth.probe.json",
  ])("knows it however its path is written: %s", async (written) => {
    settings.workspace.probes = [written, "other.probe.json"];
    await enableProbe(probe, false);
    expect(settings.workspace.probes).toEqual(["other.probe.json"]);
    settings.workspace.probes = ["**", `!${written}`];
    await enableProbe(probe, true);
    expect(settings.workspace.probes).toEqual(["**", probe.entry]);
  });

  it("knows one in the user's home folder", async () => {
    settings.global.probes = ["~/truth.probe.json"];
    const away = `${homedir()}/truth.probe.json`;
    await enableProbe({ file: away, entry: away }, false);
    expect(settings.workspace.probes).toEqual([]);
  });

  it("writes where the setting of the folder stands already", async () => {
    settings.folder.probes = [];
    await enableProbe(probe, true);
    expect(settings.folder.probes).toEqual([probe.entry]);
    expect(settings.workspace.probes).toBeUndefined();
  });
});

describe("deleting", () => {
  const probe = {
    ...{ name: "truth", file, entry: "probes/truth.probe.json", spec, enabled: true, reads: true },
    ...{ problem: null, note: null, facts: null },
  };
  it.each([
    [["probes/*.probe.json"], ["probes/*.probe.json"]],
    [[probe.entry, "other.probe.json"], ["other.probe.json"]],
    [["probes/*.probe.json", `!${probe.entry}`], ["probes/*.probe.json"]],
  ])("leaves nothing of it in the setting: %j", async (before, after) => {
    workspace.files.set(file, "json");
    workspace.files.set(file.replace(".json", ".safetensors"), "tensors");
    settings.workspace.probes = before;
    const commands = new ProbeCommands(numbers);
    answers.push("Delete");
    await commands.delete({ kind: "probe", probe: { ...probe, enabled: !before.at(-1)!.startsWith("!") } });
    commands.dispose();
    expect(settings.workspace.probes).toEqual(after);
    expect(workspace.files.size).toBe(0);
  });
});

describe("the tree", () => {
  const listed: ListedProbe = {
    ...{
      name: "truth",
      file,
      entry: "probes/truth.probe.json",
      spec,
      enabled: true,
      reads: true,
      problem: null,
      note: null,
    },
    facts: {
      ...{
        model: "tinytown",
        where: "logistic at blocks.3.hook_resid_post, last",
        classes: ["false", "true"],
      },
      ...{ made: "2026-01-01", measure: "accuracy", heldOut: { value: 0.91, low: 0.8, high: 1, n: 99 } },
      ...{ baseline: { name: "n-gram baseline", value: 0.62 }, verdict: "sound", sentence: "Trust it." },
    },
  };
  let tree: ProbesTree;
  beforeEach(() => {
    tree = new ProbesTree(numbers);
  });
  afterEach(() => tree.dispose());
  const itemOf = (node: ProbeNode) => tree.getTreeItem(node) as unknown as TreeItem;

  it("starts nothing in a workspace without trained probes", async () => {
    expect(await tree.getChildren()).toEqual([]);
    expect(numbers.asked).toHaveLength(0);
  });

  it("lists them with a box, their figures and what to trust, for the prompt in front", async () => {
    workspace.found = [file];
    open("/prompts/a.prompt");
    const children = tree.getChildren();
    await settled();
    expect(numbers.asked).toMatchObject([
      { method: "steerscope/probes", params: { textDocument: { uri: "file:///prompts/a.prompt" } } },
    ]);
    const other = { ...listed, name: "other", enabled: false, problem: "It is of another model." };
    const doubtful = {
      ...listed,
      note: "It learnt from other texts.",
      facts: { ...listed.facts!, verdict: "explained-by-text" },
    };
    await numbers.answer({ problem: null, probes: [listed, other, doubtful, { ...listed, facts: null }] });
    const items = (await children).map(itemOf);
    expect(items.map(({ description }) => description)).toEqual([
      "held out 0.91 · n-gram baseline 0.62 · sound · tinytown",
      "held out 0.91 · n-gram baseline 0.62 · sound · tinytown",
      "held out 0.91 · n-gram baseline 0.62 · explained by text · tinytown",
      "cannot be read",
    ]);
    expect(items.map(({ iconPath }) => (iconPath as { id: string }).id)).toEqual([
      ...["pulse", "warning", "warning", "pulse"],
    ]);
    expect(items[0]).toMatchObject({
      checkboxState: { state: 1 },
      contextValue: "probe enabled spec report",
      command: { command: "steerscope.openProbeReport", arguments: [file] },
    });
    expect(items[1]).toMatchObject({
      checkboxState: { state: 0 },
      contextValue: "probe disabled spec report",
    });
    expect(items[1].tooltip).toContain("It is of another model.");
    expect(items[2].tooltip).toContain("It learnt from other texts.");
    await tree.tick([[{ kind: "probe", probe: other }, 1]]);
    expect(settings.workspace.probes).toEqual([listed.entry]);
    // A box that could not be written goes back to what holds.
    let drawn = 0;
    tree.onDidChangeTreeData(() => {
      drawn++;
    });
    const broken = vi.spyOn(workspace, "getConfiguration").mockReturnValueOnce({
      ...workspace.getConfiguration(),
      update: async () => {
        throw new Error("It is read-only.");
      },
    });
    await tree.tick([[{ kind: "probe", probe: listed }, 0]]);
    broken.mockRestore();
    expect([settings.workspace.probes, drawn]).toEqual([[listed.entry], 1]);
  });

  it("says why there are none in a workspace that is not trusted, and looks again when files change", async () => {
    workspace.found = [file];
    const children = tree.getChildren();
    await settled();
    await numbers.answer({ problem: "This workspace is not trusted.", probes: [] });
    expect((await children).map(itemOf)[0].label).toBe("This workspace is not trusted.");
    let told = 0;
    tree.onDidChangeTreeData(() => {
      told++;
    });
    events.fileCreated.fire(file);
    vi.advanceTimersByTime(500);
    expect(told).toBe(1);
  });
});
