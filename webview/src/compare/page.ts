import type { CompareAnswer } from "../../../server/src/protocol/compare.ts";
import type {
  ComparePanelState,
  CompareWish,
  FromComparePanel,
  ToComparePanel,
} from "../../../server/src/protocol/compare-panel.ts";
import { make } from "../dom.ts";
import { visible } from "../text.ts";
import { controls } from "./controls.ts";
import { figures } from "./figures.ts";
import { type Strengths, strengthSliders } from "./strengths.ts";
import { sweepPart } from "./sweep-part.ts";
import { textsPart } from "./texts.ts";

/** The editor around the page. */
export interface Host {
  postMessage(message: FromComparePanel): void;
  getState(): ComparePanelState | undefined;
  setState(state: ComparePanelState): void;
}

const usual: CompareWish = { strengths: [], samples: 8, maxTokens: 40, temperature: 0.8, seed: 1 };

/** The name of a file by its URI. */
const nameOf = (uri: string): string => decodeURIComponent(uri.split("/").at(-1) ?? "");

/** Runs the page in an element. @returns what takes the extension's messages */
export function startCompare(host: Host, root: HTMLElement): (message: ToComparePanel) => void {
  let wish: CompareWish = host.getState()?.wish ?? usual;
  let file = { uri: "", recipes: null as string[] | null };
  /** The run that was asked for last, and the answer to it. */
  let id = 0;
  let answer: CompareAnswer | null = null;
  /** The edit whose slider is to have the focus: by its place in the recipe; null: the first; undefined: none is. */
  let wanted: number | null | undefined;

  const title = make("h1", {}, "Compare");
  const status = make("p", { class: "status", role: "status" });
  const problem = make("div", { role: "alert" });
  const result = make("div", { class: "result" });
  const texts = textsPart();
  const sliders = make("div", {});
  let strengths: Strengths | null = null;
  const sweep = sweepPart(() => host.postMessage({ type: "sweep", id, wish }));
  const bar = controls(wish, {
    changed: (next) => {
      wish = { ...wish, ...next };
      run();
    },
    run: () => run(),
    stop: () => {
      host.postMessage({ type: "stop" });
      finish("Stopped. Nothing is shown of what was not finished.");
      texts.clear();
    },
  });
  root.replaceChildren(
    make("header", {}, title, bar.element, status),
    make("main", {}, problem, sliders, texts.element, result, sweep.element),
  );

  /** Drops what is drawn and asks anew: figures of another strength or prompt are of no use. */
  function run(): void {
    if (file.uri === "") return;
    id++;
    answer = null;
    host.setState({ uri: file.uri, recipes: file.recipes, wish });
    problem.replaceChildren();
    result.replaceChildren();
    sweep.clear();
    texts.begin(wish.temperature === 0 ? 1 : wish.samples);
    root.setAttribute("aria-busy", "true");
    status.textContent = "Writing…";
    bar.running(true);
    host.postMessage({ type: "run", id, wish });
  }

  function finish(said: string): void {
    root.setAttribute("aria-busy", "false");
    status.textContent = said;
    bar.running(false);
  }

  function show(next: CompareAnswer): void {
    answer = next;
    finish("");
    texts.show(next.aligned, next.rerank);
    result.replaceChildren(
      ...figures(next, (sae, feature) => host.postMessage({ type: "feature", sae, feature })),
    );
    sweep.offer(next.edits.some(({ enabled }) => enabled));
    // Sliders that are moved now stay under the hand that moves them.
    if (strengths?.fits(next.edits)) strengths.update();
    else {
      strengths = strengthSliders(next.edits, {
        moved: (values) => {
          wish = { ...wish, strengths: values };
          run();
        },
        write: (written) => host.postMessage({ type: "write", strengths: written }),
      });
      sliders.replaceChildren(strengths.element);
    }
    focusWanted();
  }

  /** Once the sliders are there; an edit that has none is said to have none. */
  function focusWanted(): void {
    if (wanted === undefined || !strengths) return;
    if (!strengths.focus(wanted))
      status.textContent = "This edit has no strength that a slider could change.";
    wanted = undefined;
  }

  function fail(message: string): void {
    finish("");
    texts.clear();
    const again = make("button", { class: "link" }, "Run again");
    again.addEventListener("click", run);
    problem.replaceChildren(make("p", { class: "problem" }, message), ...(file.uri === "" ? [] : [again]));
  }

  return (message) => {
    switch (message.type) {
      case "file": {
        // Strengths belong to the recipe they were chosen for.
        const known = host.getState();
        if (message.uri !== known?.uri) wish = { ...wish, strengths: [] };
        file = { uri: message.uri, recipes: message.recipes };
        title.textContent = ["Compare", message.file, ...(message.recipes ?? []).map(nameOf)]
          .filter(Boolean)
          .map((it) => visible(it))
          .join(" · ");
        strengths = null;
        sliders.replaceChildren();
        return run();
      }
      case "text":
        if (message.id === id && answer === null) texts.add(message.side, message.sample, message.text);
        return;
      case "show":
        if (message.id === id) show(message.answer);
        return;
      case "slider":
        wanted = message.index;
        return focusWanted();
      case "probes":
        return bar.offer(message);
      case "sweep":
        if (message.id === id) sweep.show(message.sweep, message.reason);
        return;
      case "problem":
        if (message.id === null || message.id === id) fail(message.message);
        return;
      case "stale":
        answer = null;
        id++;
        problem.replaceChildren();
        result.replaceChildren();
        sweep.clear();
        texts.clear();
        status.textContent = "The prompt, a recipe or the settings changed…";
        return;
      case "again":
        // What the recipe says now counts again, and sliders begin there.
        wish = { ...wish, strengths: [] };
        strengths = null;
        return run();
    }
  };
}
