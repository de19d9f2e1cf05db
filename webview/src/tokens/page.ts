import type { LensCell, LensToken, TokensAnswer } from "../../../server/src/protocol/lens.ts";
import type { FromTokensPanel, TokensPanelState, ToTokensPanel } from "../../../server/src/protocol/panel.ts";
import type { LatentScale } from "../../../server/src/protocol/requests.ts";
import { make } from "../dom.ts";
import { Pages } from "../list/pages.ts";
import { rowHeight } from "../list/row-height.ts";
import { columnsOf, leading, type TokenData } from "./columns.ts";
import { detail } from "./detail.ts";
import { choices, facts } from "./head.ts";
import { TokenGrid } from "./token-grid.ts";
import { scaleKey } from "./view.ts";

/** What VS Code gives a webview's script. */
export interface Host {
  postMessage(message: FromTokensPanel): void;
  setState(state: TokensPanelState): void;
  getState(): TokensPanelState | undefined;
}

/** Something read, and in which round. */
interface Read<It> {
  round: number;
  it: It;
}

/** Guesses of each layer that are asked for. */
const guesses = 5;
const atFirst: TokensPanelState = { uri: "", token: -1, column: 0, cells: "guesses", shade: "guess" };

/** Builds the panel into an element; what the extension says is given to the function that comes back. */
export function startTokens(host: Host, root: HTMLElement): (message: ToTokensPanel) => void {
  let state: TokensPanelState = { ...atFirst, ...host.getState() };
  let known: TokensAnswer | null = null;
  let convention: string | null = null;
  let [from, to] = [0, 1];
  /** How often all was asked for anew, and in which of these rounds what is shown was read. */
  let [round, shown] = [0, 0];
  /** Whether the active token still has to be brought into view. */
  let isSought = true;
  const scales = new Map<string, LatentScale>();

  const tokens = new Pages<Read<LensToken>>(
    (id, first, count) => host.postMessage({ type: "ask", id, from: first, count }),
    { page: 50, asked: 2 },
  );
  // Layers are computed when they are asked for: a few tokens at a time, and one piece after the other.
  const layers = new Pages<Read<LensCell[]>>(
    (id, first, count) => host.postMessage({ type: "ask", id, from: first, count, guesses }),
    { page: 16, asked: 1 },
  );
  /** What was read before the newest answer may belong to another text, whose tokens stood elsewhere. */
  const current = <It>(read: Read<It> | undefined) => (read?.round === shown ? read.it : undefined);
  const tokenAt = (index: number) => current(tokens.row(index));
  const dataOf = (index: number): TokenData | undefined => {
    const token = tokenAt(index);
    return token && { token, layers: current(layers.row(index)), following: tokenAt(index + 1)?.text };
  };
  const grid = new TokenGrid(rowHeight(root), {
    data: dataOf,
    drawn: (first, last) => {
      [from, to] = [first, last];
      if (!known) return;
      tokens.want(first, last);
      layers.want(first, last);
    },
    went: (token, column, cursor) => {
      keep({ token, column });
      showDetail();
      if (known && tokenAt(token)?.range)
        host.postMessage({ type: "reveal", uri: state.uri, version: known.version, token, cursor });
    },
  });
  const status = make("p", { class: "status", role: "status" }, "Analysing…");
  const about = facts();
  const bar = choices((part) => {
    keep(part);
    bar.show(state);
    showColumns();
  });
  let below = make("section", { class: "detail" });
  root.replaceChildren(about.element, bar.element, status, grid.list.element, below);

  function keep(part: Partial<TokensPanelState>): void {
    state = { ...state, ...part };
    host.setState(state);
  }

  /** The layer that is looked at: that of the active column, else the model's own answer. */
  function layerShown({ model }: TokensAnswer): number {
    const layer = grid.column - leading.length;
    return state.cells === "guesses" && layer >= 0 ? layer : model.layers - 1;
  }

  function showDetail(): void {
    const data = dataOf(grid.list.active);
    const next =
      known && data
        ? detail(data, layerShown(known), state.cells, known, scales)
        : make("section", { class: "detail" });
    below.replaceWith(next);
    below = next;
  }
  root.addEventListener("click", ({ target }) => {
    const { sae, feature } = (target as HTMLElement).dataset;
    if (sae === undefined || feature === undefined) return;
    host.postMessage({ type: "feature", target: { uri: state.uri, sae, feature: Number(feature) } });
  });

  function showColumns(): void {
    if (known) grid.setColumns(columnsOf(known, state, scales), state.cells);
    showDetail();
  }

  function busy(is: boolean): void {
    grid.list.element.classList.toggle("stale", is);
    below.classList.toggle("stale", is);
    grid.list.element.setAttribute("aria-busy", String(is));
  }

  function say(text: string, isProblem: boolean): void {
    if (status.textContent !== text) status.textContent = text;
    status.classList.toggle("problem", isProblem);
    status.hidden = text === "";
  }

  /** Nothing is known of the file any more. */
  function clear(): void {
    known = null;
    convention = null;
    isSought = true;
    scales.clear();
    tokens.clear();
    layers.clear();
    grid.setCount(0);
    grid.list.element.classList.add("empty");
    showDetail();
  }

  function receive(answer: TokensAnswer): void {
    const isOther =
      !known || known.model.layers !== answer.model.layers || known.saes.length !== answer.saes.length;
    const isLonger = known?.of !== answer.of;
    known = answer;
    shown = round;
    convention = answer.lens?.convention ?? convention;
    for (const scale of answer.scales) scales.set(scaleKey(scale.sae, scale.feature), scale);
    busy(false);
    say(answer.of === 0 ? "The prompt has no tokens." : "", false);
    about.show(answer, convention);
    grid.list.element.classList.toggle("empty", answer.of === 0);
    if (isOther) grid.setColumns(columnsOf(answer, state, scales), state.cells);
    if (isLonger) grid.setCount(answer.of);
    if (isSought) seek(answer);
    else grid.list.refresh();
    showDetail();
  }

  /** Goes to the token that was active before, else to the first that stands in the text, once it is known which that is. */
  function seek({ of }: TokensAnswer): void {
    isSought = false;
    const first = Array.from({ length: Math.min(of, 50) }, (_, i) => tokenAt(i)).findIndex((it) => it?.range);
    const token = state.token >= 0 && state.token < of ? state.token : Math.max(0, first);
    grid.go(token, state.column);
  }

  bar.show(state);
  clear();
  return (message) => {
    if (message.type === "file") {
      if (message.uri !== state.uri) keep({ uri: message.uri, token: -1, column: 0 });
      say("Analysing…", false);
      clear();
      tokens.reset();
      layers.reset();
    } else if (message.type === "rows") {
      const { id, answer } = message;
      const read = <It>(of: (token: LensToken) => It) => answer.tokens.map((it) => ({ round, it: of(it) }));
      const isAsked =
        tokens.receive(
          id,
          read((it) => it),
        ) ||
        layers.receive(
          id,
          read((it) => it.layers ?? []),
        );
      if (isAsked) receive(answer);
    } else if (message.type === "problem") {
      const isAsked =
        message.id === null || tokens.receive(message.id, null) || layers.receive(message.id, null);
      if (!isAsked) return;
      clear();
      busy(false);
      say(message.message, true);
    } else if (message.type === "cursor") {
      const [token] = message.tokens;
      // What the user went to here and selected there comes back as the cursor's place.
      if (message.uri !== state.uri || token === undefined || message.tokens.includes(grid.list.active))
        return;
      keep({ token });
      if (!known) return;
      grid.go(token);
      showDetail();
    } else if (message.type === "stale") busy(true);
    else {
      busy(true);
      round++;
      tokens.again(from, to);
      layers.again(from, to);
    }
  };
}
