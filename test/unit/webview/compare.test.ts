// @vitest-environment happy-dom
import { beforeEach, expect, it } from "vitest";
import type { CompareAnswer, Sweep } from "../../../server/src/protocol/compare.ts";
import type {
  ComparePanelState,
  FromComparePanel,
  ToComparePanel,
} from "../../../server/src/protocol/compare-panel.ts";
import { startCompare } from "../../../webview/src/compare/page.ts";
import { hostile } from "./feature-data.ts";

let sent: FromComparePanel[];
let state: ComparePanelState | undefined;
let tell: (message: ToComparePanel) => void;

const estimate = (value: number) => ({ value, low: value / 2, high: Math.min(1, value + 0.2), n: 2 });
const answer: CompareAnswer = {
  ...{ schema: "steerscope.compare/1", file: "a.prompt", model: "m", device: "cpu", version: 1 },
  ...{ recipes: [{ file: "/r.steer.yaml", name: "Glad" }], recipeUris: ["file:///r.steer.yaml"] },
  edits: [
    {
      recipe: 0,
      index: 0,
      enabled: true,
      words: "Adds 0.4 of s/3.",
      operation: "add",
      unit: "residual",
      strength: 0.4,
      written: 0.4,
    },
    {
      recipe: 0,
      index: 1,
      enabled: true,
      words: "Sets s/4 to 0.",
      operation: "ablate",
      unit: "raw",
      strength: null,
      written: null,
    },
  ],
  sampling: { temperature: 0.8, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, seed: 1 },
  ...{ maxTokens: 5, promptTokens: 3, base: [], steered: [], rerank: null },
  aligned: [
    {
      base: [
        { text: "She was", same: true },
        { text: " sad", same: false },
      ],
      steered: [
        { text: "She was", same: true },
        { text: " glad", same: false },
      ],
    },
  ],
  behaviour: { scorer: "mood/cheerful", kind: "share", base: estimate(0.2), steered: estimate(0.8) },
  perplexity: { base: 2, steered: 2.2, ratio: 1.1 },
  repetition: { base: 0, steered: null },
  divergence: {
    of: "base text",
    mean: 0.25,
    tokens: [
      { text: " was", kl: 0.1, base: -1, steered: -1.2 },
      { text: " sad", kl: 0.4, base: -2, steered: -5 },
    ],
  },
  moved: [{ sae: "s", latent: 7, label: hostile.override, base: 1, steered: 2, share: 0.1 }],
  named: [{ sae: "s", latent: 3, label: "glad", base: 0, steered: 5, share: null }],
  ...{ sideEffects: 1, sweep: null, conventions: ["Same seed."] },
  verdict: { kind: "works", title: "The behaviour changed", sentences: ["mood/cheerful rose."] },
};
const text = () => document.body.textContent!;
const run = () => sent.findLast((it) => it.type === "run")!;
const button = (name: string) =>
  [...document.querySelectorAll<HTMLButtonElement>("button")].find((it) => it.textContent === name)!;

beforeEach(() => {
  document.body.replaceChildren();
  [sent, state] = [[], undefined];
  tell = startCompare(
    {
      postMessage: (it) => sent.push(it),
      getState: () => state,
      setState: (it) => {
        state = it;
      },
    },
    document.body,
  );
  tell({ type: "file", uri: "file:///a.prompt", file: "a.prompt", recipes: ["file:///r%20s.steer.yaml"] });
});
const show = () => tell({ type: "show", id: run().id, answer });

it("asks at once, shows texts as they are written, and the differences when they are", () => {
  const { id } = run();
  expect(document.body.getAttribute("aria-busy")).toBe("true");
  tell({ type: "text", id, side: "base", sample: 0, text: "She" });
  tell({ type: "text", id, side: "base", sample: 0, text: " was" });
  tell({ type: "text", id: id - 1, side: "base", sample: 0, text: "of another run" });
  expect(document.querySelector(".texts tbody td")!.textContent).toBe("She was");
  show();
  expect(document.body.getAttribute("aria-busy")).toBe("false");
  expect(document.querySelector("del")!.textContent).toBe(" sad");
  expect(document.querySelector("ins")!.textContent).toBe(" glad");
  expect(text()).toContain("The behaviour changed.");
  expect(text()).toContain("80 % (40 % to 100 %)");
  expect(text()).toContain("0.25 nats a token");
});

it("a slider runs the steered side anew at once, stays where it is, and can be written to the recipe", () => {
  show();
  const sliders = document.querySelectorAll<HTMLInputElement>('input[type="range"]');
  expect(sliders).toHaveLength(1);
  expect(button("Write to recipe").disabled).toBe(true);
  const before = run().id;
  sliders[0].value = "0.6";
  sliders[0].dispatchEvent(new Event("input"));
  expect(run().id).toBeGreaterThan(before);
  expect(run().wish.strengths).toEqual([0.6, null]);
  expect(text()).not.toContain("The behaviour changed.");
  // The answer to the former strength comes too late.
  tell({ type: "show", id: before, answer });
  expect(text()).not.toContain("The behaviour changed.");
  const [first, ...others] = answer.edits;
  tell({
    type: "show",
    id: run().id,
    answer: { ...answer, edits: [{ ...first, strength: 0.6 }, ...others] },
  });
  expect(document.querySelector('input[type="range"]')).toBe(sliders[0]);
  expect(text()).toContain("0.60 (recipe: 0.40)");
  button("Write to recipe").click();
  expect(sent.at(-1)).toEqual({ type: "write", strengths: [{ recipe: 0, index: 0, strength: 0.6 }] });
});

it("puts the focus on the slider that is meant, once there is one, and says where an edit has none", () => {
  tell({ type: "slider", index: 0 });
  expect(document.activeElement).toBe(document.body);
  show();
  const slider = document.querySelector('input[type="range"]')!;
  expect(document.activeElement).toBe(slider);
  (document.activeElement as HTMLElement).blur();
  tell({ type: "slider", index: 1 });
  expect(document.activeElement).toBe(document.body);
  expect(document.querySelector('[role="status"]')!.textContent).toContain("no strength");
  tell({ type: "slider", index: null });
  expect(document.activeElement).toBe(slider);
});

it("shows nothing of what changed, and asks anew with the recipe's own strengths", () => {
  show();
  const slider = document.querySelector<HTMLInputElement>('input[type="range"]')!;
  slider.value = "0.6";
  slider.dispatchEvent(new Event("input"));
  show();
  const { id } = run();
  expect(document.querySelector("h1")!.textContent).toBe("Compare · a.prompt · r s.steer.yaml");
  tell({ type: "stale" });
  for (const gone of ["The behaviour changed.", " glad", "nats"]) expect(text()).not.toContain(gone);
  tell({ type: "show", id, answer });
  expect(text()).not.toContain("The behaviour changed.");
  tell({ type: "again" });
  expect(run().wish.strengths).toEqual([]);
  show();
  expect(text()).toContain("The behaviour changed.");
  expect(document.querySelector<HTMLInputElement>('input[type="range"]')!.value).toBe("0.4");
});

it("says why there is no answer, shows no half-written text, and offers to run again", () => {
  const { id } = run();
  tell({ type: "text", id, side: "steered", sample: 0, text: "half a" });
  tell({ type: "problem", id, message: "The engine ended while the model was writing. Run it again." });
  expect(document.querySelector('[role="alert"]')!.textContent).toContain("The engine ended");
  expect(text()).not.toContain("half a");
  [...document.querySelectorAll<HTMLButtonElement>("button.link")]
    .find((it) => it.textContent === "Run again")!
    .click();
  expect(run().id).toBeGreaterThan(id);
  expect(document.querySelector('[role="alert"]')!.textContent).toBe("");
});

it("stops on demand", () => {
  tell({ type: "text", id: run().id, side: "base", sample: 0, text: "half a" });
  button("Stop").click();
  expect(sent.at(-1)).toEqual({ type: "stop" });
  expect(text()).not.toContain("half a");
  expect(text()).toContain("Stopped");
});

it("opens a latent that moved, and makes visible what its label would hide", () => {
  show();
  const link = [...document.querySelectorAll<HTMLButtonElement>("button.link")].find(
    (it) => it.textContent === "s/7",
  )!;
  link.click();
  expect(sent.at(-1)).toEqual({ type: "feature", sae: "s", feature: 7 });
  expect(link.closest("tr")!.textContent).toContain("abc\\u{202e}dcba");
  expect(link.closest("tr")!.textContent).toContain("+10.0 %");
});

it("draws a sweep with its scorer in the axis, the recipe's point marked, and says it in words", () => {
  show();
  button("Try other strengths").click();
  expect(sent.at(-1)).toMatchObject({ type: "sweep", id: run().id });
  const points = [0, 1, 2].map((multiplier) => ({
    ...{ multiplier, behaviour: estimate(0.3 * multiplier), perplexityRatio: 1 + multiplier, kl: multiplier },
  }));
  const sweep: Sweep = {
    scorer: "mood/cheerful",
    kind: "share",
    samples: 2,
    points,
    conventions: ["A rule."],
  };
  tell({ type: "sweep", id: run().id, sweep, reason: "" });
  const plot = document.querySelector("svg.sweep")!;
  expect(plot.querySelectorAll(".point")).toHaveLength(3);
  expect(plot.querySelectorAll(".point.recipe text")[0].textContent).toBe("recipe");
  expect([...plot.querySelectorAll("text")].some((it) => it.textContent === "mood/cheerful")).toBe(true);
  expect(plot.getAttribute("aria-label")).toContain("at 1 (the recipe) 0.30 with a perplexity ratio of 2.00");
  expect(text()).toContain("1 (the recipe)");
  tell({ type: "sweep", id: run().id, sweep: null, reason: "No model." });
  expect(text()).toContain("No model.");
  expect(document.querySelector("svg.sweep")).toBeNull();
});

it("scores by what is chosen, and asks for nothing while it is not named", () => {
  show();
  const [kind] = document.querySelectorAll<HTMLSelectElement>("select");
  const before = run().id;
  kind.value = "words";
  kind.dispatchEvent(new Event("change"));
  expect(run().id).toBe(before);
  const field = document.querySelector<HTMLInputElement>('input[type="text"]')!;
  field.value = "glad, joy";
  field.dispatchEvent(new Event("change"));
  expect(run().wish.scorer).toEqual({ kind: "words", words: ["glad", "joy"] });
  kind.value = "none";
  kind.dispatchEvent(new Event("change"));
  expect(run().wish.scorer).toBeNull();
  kind.value = "recipe";
  kind.dispatchEvent(new Event("change"));
  expect(run().wish).toHaveProperty("scorer", undefined);
});

it("keeps what is compared and how, never texts or figures", () => {
  show();
  expect(Object.keys(state!)).toEqual(["uri", "recipes", "wish"]);
  expect(JSON.stringify(state)).not.toContain("glad");
});

const field = (name: string) => {
  const label = [...document.querySelectorAll("label")].find((it) => it.textContent === name)!;
  return document.getElementById(label.getAttribute("for")!) as HTMLInputElement;
};
const set = (name: string, value: string) => {
  field(name).value = value;
  field(name).dispatchEvent(new Event("change"));
};
const isHidden = (name: string) => field(name).closest<HTMLElement>(".field")!.hidden;
const beta = "β (0: the best)";
const offer = () =>
  tell({
    type: "probes",
    problem: null,
    probes: [{ file: "/p/a.probe.json", name: `a ${hostile.override}` }],
  });

it("ranks by the probe and the sharpness that are chosen, and keeps both for the next page", () => {
  offer();
  expect([...field("Ranked by").querySelectorAll("option")].map((it) => it.textContent)).toEqual([
    "no probe",
    "a abc\\u{202e}dcba",
  ]);
  expect(isHidden(beta)).toBe(true);
  const before = run().id;
  set("Ranked by", "/p/a.probe.json");
  expect(run().id).toBeGreaterThan(before);
  expect(run().wish.rerank).toEqual({ probe: "/p/a.probe.json", beta: 1 });
  expect(isHidden(beta)).toBe(false);
  set(beta, "0.25");
  expect(run().wish.rerank).toEqual({ probe: "/p/a.probe.json", beta: 0.25 });
  set(beta, "-3");
  expect(run().wish.rerank!.beta).toBe(0);
  set(beta, "");
  expect(run().wish.rerank!.beta).toBe(0);

  // The next page knows the choice before it knows which probes there are, and keeps one that is gone visible.
  document.body.replaceChildren();
  tell = startCompare(
    { postMessage: (it) => sent.push(it), getState: () => state, setState: () => {} },
    document.body,
  );
  tell({ type: "file", uri: "file:///a.prompt", file: "a.prompt", recipes: null });
  expect(run().wish.rerank).toEqual({ probe: "/p/a.probe.json", beta: 0 });
  expect([field("Ranked by").value, field(beta).value, isHidden(beta)]).toEqual([
    "/p/a.probe.json",
    "0",
    false,
  ]);
  tell({ type: "probes", probes: [], problem: null });
  expect(field("Ranked by").value).toBe("/p/a.probe.json");
  set("Ranked by", "");
  expect(run().wish).toHaveProperty("rerank", undefined);
});

it("shows what ranking brings of the behaviour, with the sample that was taken", () => {
  const side = (mean: number, expected: number) => ({
    ...{ mean, expected, chosen: 1 },
    gain: { value: expected - mean, low: -0.05, high: 0.6, n: 1 },
  });
  const ranking = {
    probe: "/p/a.probe.json",
    beta: 0.25,
    doubt: "words alone do as well",
    samples: [{ q: 1.5, weight: 0.75, chosen: true }],
  };
  const rerank = { base: ranking, steered: { ...ranking, samples: [null] }, behaviour: null };
  const behaviour = { base: side(0.25, 0.5), steered: side(0.5, 0.75) };
  tell({ type: "show", id: run().id, answer: { ...answer, rerank: { ...rerank, behaviour } } });
  const rows = [...document.querySelectorAll("section")]
    .find((it) => it.querySelector("h2")?.textContent === "Ranked by a")!
    .querySelectorAll("tr");
  expect([...rows].map((row) => [...row.children].map((it) => it.textContent))).toEqual([
    ["mood/cheerful", "Base", "Steered"],
    ["Mean of all samples", "25 %", "50 %"],
    ["Expected of the sample that is taken", "50 %", "75 %"],
    ["Gain", "+25 points (-5 to +60)", "+25 points (-5 to +60)"],
  ]);
  expect(text()).toContain("⚠ words alone do as well");
  expect(text()).toContain("softmax(q / 0.25)");
  expect(text()).toContain("Of one sample there is nothing to choose");
  expect(document.querySelector(".texts strong")!.textContent).toBe("Chosen: q 1.50, weight 0.750");
  tell({ type: "show", id: run().id, answer: { ...answer, rerank } });
  expect(text()).toContain("what ranking brings of it is not known");
});
