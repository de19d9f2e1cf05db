// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import type { LensToken, TokensAnswer } from "../../../server/src/protocol/lens.ts";
import type { FromTokensPanel, TokensPanelState, ToTokensPanel } from "../../../server/src/protocol/panel.ts";
import { startTokens } from "../../../webview/src/tokens/page.ts";
import { hostile } from "./feature-data.ts";

const [count, layers] = [8_000, 80];
const [viewHeight, viewWidth] = [420, 500];
const uri = "file:///a.prompt";

let sent: FromTokensPanel[];
let state: TokensPanelState | undefined;
let tell: (message: ToTokensPanel) => void;
let version = 1;

const textOf = (i: number) => ` t${i}v${version}`;
const token = (i: number, withLayers: boolean, more: Partial<LensToken> = {}): LensToken => ({
  ...{ i, id: i, text: textOf(i), virtual: i < 2, special: false, role: "user", fvu: [0.1], l0: [9] },
  range: i < 2 ? null : { start: { line: 0, character: i }, end: { line: 0, character: i + 1 } },
  logprob: i === 0 ? null : -2 * Math.LN2,
  surprisal: i === 0 ? null : { nats: 2 * Math.LN2, bits: 2 },
  features: [{ sae: 0, feature: 7, activation: 4, share: 0.5, label: "a cat" }],
  outside: [i === 0],
  layers: withLayers
    ? Array.from({ length: layers }, (_, layer) => ({
        guesses: [{ id: 1, text: ` g${layer}of${i}v${version}`, logprob: Math.log(0.5) }],
        next: { logprob: -1, rank: layer === 3 ? 1 : 2 },
      }))
    : null,
  ...more,
});
const answer = (tokens: LensToken[], of = count): TokensAnswer => ({
  schema: "steerscope.lens/1",
  file: "a.prompt",
  model: { id: "m", family: "llama", layers, dModel: 8, dtype: "f32", computeDtype: "f32", device: "cpu" },
  saes: [
    {
      ...{ id: "s", hook: "blocks.3.hook_resid_post", architecture: "topk", width: 10, conventions: ["c"] },
      check: { l0: 1, fvu: 0.1, declaredL0: null, verdict: "ok" },
    },
  ],
  lens: tokens[0]?.layers ? { hooks: [], convention: "How it is read." } : null,
  of,
  tokens,
  version,
  at: [],
  scales: [{ sae: 0, feature: 7, value: 8, from: "known maximum" }],
});

const asked = () => sent.filter((it) => it.type === "ask");
/** Answers the oldest question. */
function answerOne(of = token, total = count): void {
  const i = sent.findIndex((it) => it.type === "ask");
  const [it] = sent.splice(i, 1) as (FromTokensPanel & { type: "ask" })[];
  const length = Math.max(0, Math.min(it.count, total - it.from));
  const tokens = Array.from({ length }, (_, k) => of(it.from + k, it.guesses !== undefined));
  tell({ type: "rows", id: it.id, answer: answer(tokens, total) });
}
function answerAll(of = token, total = count): void {
  while (asked().length > 0) answerOne(of, total);
}

function start(): void {
  document.body.replaceChildren();
  const root = document.createElement("main");
  document.body.append(root);
  sent = [];
  tell = startTokens(
    {
      postMessage: (message) => sent.push(message),
      setState: (it) => {
        state = it;
      },
      getState: () => state,
    },
    root,
  );
  Object.defineProperty(grid(), "clientHeight", { value: viewHeight });
  Object.defineProperty(grid(), "clientWidth", { value: viewWidth });
}
const open = () => tell({ type: "file", uri, file: "a.prompt" });
const grid = () => document.querySelector<HTMLElement>('[role="grid"]')!;
const rows = () =>
  [...grid().querySelectorAll<HTMLElement>('.space [role="row"]')].filter((it) => !it.hidden);
const row = (i: number) => rows().find((it) => it.getAttribute("aria-rowindex") === String(i + 2))!;
const cell = (i: number, column: number) =>
  row(i).querySelector<HTMLElement>(`[aria-colindex="${column + 1}"]`)!;
const active = () => document.getElementById(grid().getAttribute("aria-activedescendant") ?? "")?.id;
const detail = () => document.querySelector(".detail")!.textContent;
const scroll = (top: number, left = 0) => {
  grid().scrollTop = top;
  grid().scrollLeft = left;
  grid().dispatchEvent(new Event("scroll"));
};
const press = (key: string, more: KeyboardEventInit = {}) => {
  grid().dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
  // happy-dom tells of no scrolling that a script does.
  grid().dispatchEvent(new Event("scroll"));
};
const change = (id: string, value: string) => {
  const control = document.getElementById(id) as HTMLSelectElement;
  control.value = value;
  control.dispatchEvent(new Event("change"));
};

beforeEach(() => {
  version = 1;
  state = undefined;
  start();
});

describe("the grid", () => {
  beforeEach(() => {
    open();
    answerAll();
  });

  it("holds at most what is on the screen and a little around it, of tokens and of layers", () => {
    const rowHeight = Number.parseFloat(grid().style.getPropertyValue("--row"));
    for (const [at, left] of [
      [0, 0],
      [4_000, 3_000],
      [count - 1, layers * 72],
      [3, 10],
    ]) {
      scroll(at * rowHeight, left);
      answerAll();
      expect(rows().length).toBeLessThanOrEqual(60);
      expect(grid().querySelectorAll(".space .cell").length).toBeLessThan(60 * 20);
      const first = Math.floor(left / 72);
      const seen = Math.min(layers - 1, first);
      expect(cell(at, 2 + seen).textContent).toBe(` g${seen}of${at}v1`);
      const gap = row(at).querySelector<HTMLElement>(".gap")!;
      expect(gap.style.width).toMatch(/^calc\(var\(--column\) \* \d+\)$/);
    }
    expect(grid().getAttribute("aria-rowcount")).toBe(String(count + 1));
    expect(grid().getAttribute("aria-colcount")).toBe(String(layers + 2));
  });

  it("names its cells for a screen reader: a header for each row and column, what a cell says in a sentence", () => {
    const heads = [...grid().querySelectorAll('[role="columnheader"]')].map((it) => it.textContent);
    expect(heads.slice(0, 4)).toEqual(["Token", "Bits", "Layer 0", "Layer 1"]);
    expect(row(5).querySelector('[role="rowheader"]')?.textContent).toBe(" t5v1");
    expect(cell(5, 1).title).toBe("surprisal 2.00 bits, 1.39 nats, probability 25 %");
    expect(cell(5, 4).title).toBe(
      "layer 2 predicts “ g2of5v1”, 50 %; what comes next, “ t6v1”, is rank 2 with 37 %",
    );
    expect(cell(0, 1).title).toBe("the first token: nothing predicts it");
    expect([4, 5].map((column) => cell(5, column).classList.contains("hit"))).toEqual([false, true]);
    expect(cell(0, 0).title).toContain("added by the template");
  });

  it("is walked by keys, cell by cell and to its ends", () => {
    // The first token that stands in the text.
    expect(active()).toBe("cell-2-0");
    press("ArrowRight");
    press("ArrowRight");
    press("ArrowDown");
    expect(active()).toBe("cell-3-2");
    press("End");
    expect(active()).toBe(`cell-3-${layers + 1}`);
    press("Home");
    expect(active()).toBe("cell-3-0");
    press("End", { ctrlKey: true });
    answerAll();
    expect(active()).toBe(`cell-${count - 1}-${layers + 1}`);
    press("Home", { ctrlKey: true });
    answerAll();
    expect(active()).toBe("cell-0-0");
    expect(document.querySelectorAll(".cell.active").length).toBe(1);
  });

  it("marks a token in the text as one goes, and puts the cursor there on Enter and on a click on it", () => {
    sent.length = 0;
    press("ArrowDown");
    expect(sent).toEqual([{ type: "reveal", uri, version: 1, token: 3, cursor: false }]);
    press("Enter");
    expect(sent.at(-1)).toEqual({ type: "reveal", uri, version: 1, token: 3, cursor: true });
    cell(6, 4).click();
    expect(sent.at(-1)).toEqual({ type: "reveal", uri, version: 1, token: 6, cursor: false });
    cell(6, 0).click();
    expect(sent.at(-1)).toEqual({ type: "reveal", uri, version: 1, token: 6, cursor: true });
    sent.length = 0;
    cell(1, 0).click();
    expect(sent).toEqual([]);
  });

  it("shows below what a layer predicts there, and the features, which lead to their panel", () => {
    cell(6, 4).click();
    expect(detail()).toContain("Layer 2 predicts");
    expect(detail()).toContain("“ g2of6v1”");
    expect(detail()).toContain("what comes next, “ t7v1”, is rank 2 with 37 % (1.4 bits, 1.0 nats)");
    expect(detail()).toContain("surprisal 2.00 bits (1.39 nats)");
    expect(detail()).toContain("50 % of its known maximum");
    document.querySelector<HTMLElement>(".detail button.link")!.click();
    expect(sent.at(-1)).toEqual({ type: "feature", target: { uri, sae: "s", feature: 7 } });
    cell(6, 0).click();
    expect(detail()).toContain(`Layer ${layers - 1} predicts (the model's own answer)`);
  });

  it("shows the strongest feature of each SAE instead, and other shades", () => {
    const shade = (column: number) => cell(6, column).style.getPropertyValue("--shade");
    expect(shade(2)).toBe("0.500");
    change("shade", "next");
    expect(shade(2)).toBe((1 / Math.LN2 / 16).toFixed(3));
    change("cells", "features");
    expect(cell(6, 2).textContent).toBe("7 a cat");
    expect(cell(0, 2).textContent).toBe("");
    expect(grid().getAttribute("aria-colcount")).toBe("3");
    expect(state).toMatchObject({ cells: "features", shade: "next" });
  });
});

describe("going along", () => {
  it("asks for tokens at once and for layers a few at a time", () => {
    open();
    expect(asked()).toMatchObject([
      { from: 0, count: 50 },
      { from: 0, count: 16, guesses: 5 },
    ]);
    answerOne();
    expect(cell(2, 0).textContent).toBe(" t2v1");
    expect(cell(2, 2).textContent).toBe("…");
    answerOne();
    expect(cell(2, 2).textContent).toBe(" g0of2v1");
    expect(asked().filter((it) => it.guesses !== undefined)).toHaveLength(1);
  });

  it("follows the cursor, but not where it already is", () => {
    open();
    answerAll();
    tell({ type: "cursor", uri, tokens: [700, 701] });
    answerAll();
    expect(active()).toBe("cell-700-0");
    press("ArrowDown");
    tell({ type: "cursor", uri, tokens: [700, 701] });
    tell({ type: "cursor", uri: "file:///b", tokens: [3] });
    tell({ type: "cursor", uri, tokens: [] });
    expect(active()).toBe("cell-701-0");
  });

  it("never shows numbers of an older text beside those of a newer", () => {
    open();
    answerAll();
    tell({ type: "stale" });
    expect(grid().classList.contains("stale")).toBe(true);
    version = 2;
    tell({ type: "again" });
    expect(cell(5, 2).textContent).toBe(" g0of5v1");
    answerOne();
    expect(cell(5, 0).textContent).toBe(" t5v2");
    expect(cell(5, 2).textContent).toBe("…");
    answerAll();
    expect(cell(5, 2).textContent).toBe(" g0of5v2");
    expect(grid().classList.contains("stale")).toBe(false);
    expect(row(20).textContent).not.toContain("v1");
  });

  it("gets shorter with its file, and keeps a cell that is there", () => {
    open();
    answerAll();
    press("End", { ctrlKey: true });
    answerAll();
    tell({ type: "again" });
    answerAll(token, 10);
    expect(grid().getAttribute("aria-rowcount")).toBe("11");
    expect(active()).toBe(`cell-9-${layers + 1}`);
    expect(cell(9, 0).textContent).toBe(" t9v1");
  });

  it("comes back where it was, and begins anew with another file", () => {
    open();
    answerAll();
    cell(6, 4).click();
    change("shade", "next");
    start();
    open();
    answerAll();
    expect(active()).toBe("cell-6-4");
    expect((document.getElementById("shade") as HTMLSelectElement).value).toBe("next");
    tell({ type: "file", uri: "file:///b.prompt", file: "b.prompt" });
    expect(rows()).toHaveLength(0);
    answerAll();
    expect(active()).toBe("cell-2-0");
  });

  it("says what is wrong in the place of numbers, and asks again only when told to", () => {
    open();
    const [{ id }] = asked();
    tell({ type: "problem", id, message: "No model at “x”." });
    expect(document.querySelector('[role="status"]')?.textContent).toBe("No model at “x”.");
    expect(rows()).toHaveLength(0);
    sent.length = 0;
    tell({ type: "problem", id: 1, message: "an older question" });
    expect(document.querySelector('[role="status"]')?.textContent).toBe("No model at “x”.");
    expect(sent).toEqual([]);
    tell({ type: "again" });
    answerAll();
    expect(cell(2, 0).textContent).toBe(" t2v1");
    expect(document.querySelector<HTMLElement>('[role="status"]')?.hidden).toBe(true);
  });
});

it("shows text of any kind as text, and never all of a huge one", () => {
  const texts = Object.values(hostile);
  open();
  answerAll((i, withLayers) => {
    const text = texts[i % texts.length];
    const made = token(i, withLayers, { text });
    made.features[0].label = text;
    for (const layer of made.layers ?? []) layer.guesses[0].text = text;
    return made;
  });
  for (let i = 0; i < texts.length; i++) {
    cell(i, 2).click();
    expect(document.body.querySelectorAll("img, script")).toHaveLength(0);
    expect(document.body.dataset.hacked).toBeUndefined();
    expect(cell(i, 0).textContent!.length).toBeLessThan(60);
    expect(document.querySelector(".detail")!.textContent!.length).toBeLessThan(1_500);
    for (const text of [cell(i, 0).textContent, cell(i, 2).title, detail()])
      expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  }
  change("cells", "features");
  expect(cell(2, 2).textContent!.length).toBeLessThan(130);
});
