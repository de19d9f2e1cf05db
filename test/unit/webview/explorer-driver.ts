import { vi } from "vitest";
import type { ExplorerRow, FeatureQuery, FeaturesAnswer } from "../../../server/src/protocol/explore.ts";
import type {
  ExplorerPanelState,
  FromExplorerPanel,
  ToExplorerPanel,
} from "../../../server/src/protocol/panel.ts";
import { startExplorer } from "../../../webview/src/explorer/page.ts";

export const count = 16_384;
export const viewHeight = 420;

/** What the page sent and nobody answered yet. */
export let sent: FromExplorerPanel[];
/** What the page keeps. */
export let state: ExplorerPanelState | undefined;
/** Gives the page a message of the extension. */
export let tell: (message: ToExplorerPanel) => void;

export const row = (feature: number, more: Partial<ExplorerRow> = {}): ExplorerRow => ({
  ...{ sae: "s", feature, label: `label ${feature}`, source: "imported", frequency: 0.01 },
  ...{
    maximum: 9,
    score: null,
    output: null,
    input: null,
    contrast: null,
    like: null,
    distance: null,
    cosine: null,
  },
  ...more,
});
export const saes = [{ id: "s", hook: "h", architecture: "topk", width: count, conventions: [] }];
export const answer = (offset: number, rows: ExplorerRow[], total = count): FeaturesAnswer =>
  ({
    model: "m",
    saes,
    total,
    of: count,
    offset,
    scored: false,
    rows,
    notes: [],
  }) as unknown as FeaturesAnswer;

/** Answers all questions that were not answered yet. */
export function answerAll(total = count, of = row): void {
  for (let i = 0; i < sent.length; i++) {
    const it = sent[i];
    if (it.type !== "ask") continue;
    sent.splice(i--, 1);
    const length = Math.max(0, Math.min(it.count, total - it.offset));
    const rows = Array.from({ length }, (_, k) => of(it.offset + k));
    tell({ type: "rows", id: it.id, answer: answer(it.offset, rows, total) });
  }
}

export function start(): void {
  document.body.replaceChildren();
  const root = document.createElement("main");
  document.body.append(root);
  sent = [];
  tell = startExplorer(
    {
      postMessage: (message) => sent.push(message),
      setState: (it) => {
        state = it;
      },
      getState: () => state,
    },
    root,
  );
  Object.defineProperty(grid(), "clientHeight", { value: viewHeight, configurable: true });
  tell({ type: "file", uri: "file:///a.prompt", file: "a.prompt" });
}
export const grid = () => document.querySelector<HTMLElement>('[role="grid"]')!;
export const rows = () =>
  [...grid().querySelectorAll<HTMLElement>('.space [role="row"]')].filter((it) => !it.hidden);
export const active = () => {
  const found = document.getElementById(grid().getAttribute("aria-activedescendant") ?? "");
  return found ? Number(found.getAttribute("aria-rowindex")) - 2 : null;
};
export const press = (key: string) => {
  grid().dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  // happy-dom tells of no scrolling that a script does.
  grid().dispatchEvent(new Event("scroll"));
};
export const scrollTo = (top: number) => {
  grid().scrollTop = top;
  grid().dispatchEvent(new Event("scroll"));
};
export const asked = () => sent.filter((it) => it.type === "ask");
export const lastQuery = (): FeatureQuery => asked().at(-1)!.query;
export function change(element: Element, value: string): void {
  (element as HTMLInputElement).value = value;
  element.dispatchEvent(new Event(element.tagName === "SELECT" ? "change" : "input"));
}
export const field = (name: string): HTMLElement =>
  document.getElementById(
    [...document.querySelectorAll("label")].find((it) => it.textContent === name)!.htmlFor,
  )!;

/** A new page over the embedded clock, with nothing kept. */
export function begin(): void {
  vi.useFakeTimers();
  state = undefined;
  start();
}
