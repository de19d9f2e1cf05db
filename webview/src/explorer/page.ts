import type {
  ExplorerRow,
  FeatureQuery,
  FeatureSort,
  FeaturesAnswer,
} from "../../../server/src/protocol/explore.ts";
import type {
  ExplorerPanelState,
  FromExplorerPanel,
  ToExplorerPanel,
} from "../../../server/src/protocol/panel.ts";
import { make } from "../dom.ts";
import { Pages } from "../list/pages.ts";
import { rowHeight } from "../list/row-height.ts";
import { VirtualList } from "../list/virtual-list.ts";
import { contrastForm } from "./contrast.ts";
import { alikeChip, examplesForm } from "./examples.ts";
import { filters } from "./filters.ts";
import { head } from "./head.ts";
import { fillRow, makeRow } from "./row.ts";
import { emptyText, isFiltered, isMeasured, readsFile, sortOf, totalText } from "./view.ts";

/** What VS Code gives a webview's script. */
export interface Host {
  postMessage(message: FromExplorerPanel): void;
  setState(state: ExplorerPanelState): void;
  getState(): ExplorerPanelState | undefined;
}

/** Builds the explorer into an element; what the extension says is given to the function that comes back. */
export function startExplorer(host: Host, root: HTMLElement): (message: ToExplorerPanel) => void {
  let { uri, query } = host.getState() ?? { uri: "", query: {} as FeatureQuery };
  let [from, to] = [0, 1];
  let total = -1;
  let saes = "";

  const pages = new Pages<ExplorerRow>((id, offset, count) =>
    host.postMessage({ type: "ask", id, query, offset, count }),
  );
  const names = head((sort) => {
    const isSame = sort === sortOf(query);
    change({ sort, reversed: isSame && !query.reversed ? true : undefined });
  });
  const list = new VirtualList(names.element, rowHeight(root), "Features", {
    make: makeRow,
    fill: (row, index) => fillRow(row, pages.row(index)),
    drawn: (first, last) => {
      [from, to] = [first, last];
      if (total > 0) pages.want(first, last);
    },
    open: (index) => {
      const row = pages.row(index);
      if (row) host.postMessage({ type: "open", sae: row.sae, feature: row.feature });
    },
  });
  const bar = filters((part) => change(part));
  const compare = contrastForm(
    (contrast) =>
      change({
        contrast,
        ...((contrast || query.sort === "match") && { sort: undefined, reversed: undefined }),
      }),
    (side) => host.postMessage({ type: "selection", side }),
  );
  const shared = examplesForm(
    (like) =>
      change({ like, ...((like || query.sort === "match") && { sort: undefined, reversed: undefined }) }),
    () => host.postMessage({ type: "selection", side: "like" }),
  );
  const chip = alikeChip(() => change({ alike: undefined }));
  const status = make("p", { class: "status", role: "status" }, "Loading…");
  const notes = make("div", { class: "notes" });
  const clear = make("button", { class: "secondary", type: "button" }, "Clear filters");
  clear.addEventListener("click", () => {
    begin({});
    bar.focus();
  });
  const line = make("div", { class: "line" }, status, chip.element, clear);
  root.replaceChildren(bar.element, compare.element, shared.element, line, notes, list.element);

  /** Another query: the list begins anew. */
  function change(part: FeatureQuery): void {
    query = { ...query, ...part };
    for (const key of Object.keys(query) as (keyof FeatureQuery)[])
      if (query[key] === undefined) delete query[key];
    host.setState({ uri, query });
    showQuery();
    busy(true);
    list.toTop();
    pages.reset();
  }

  /** A query that counts over whatever is being typed. */
  function begin(next: FeatureQuery): void {
    bar.forget();
    compare.forget();
    shared.forget();
    query = next;
    change({});
  }

  function showQuery(): void {
    bar.show(query);
    compare.show(query.contrast);
    shared.show(query.like);
    chip.show(query.alike);
    names.show(query, sortOf(query) as FeatureSort);
    list.element.classList.toggle("measured", isMeasured(query));
    list.element.dataset.sort = sortOf(query);
    clear.hidden = !isFiltered(query);
  }

  function busy(is: boolean): void {
    list.element.classList.toggle("stale", is);
    list.element.setAttribute("aria-busy", String(is));
  }

  function show(answer: FeaturesAnswer): void {
    const key = JSON.stringify(answer.saes);
    if (key !== saes) bar.setSaes(answer.saes);
    saes = key;
    busy(false);
    status.classList.remove("problem");
    say(answer.total === 0 ? emptyText(answer, query) : totalText(answer));
    notes.replaceChildren(...answer.notes.map((note) => make("p", { class: "note" }, note)));
    // What is hidden has no height to fill with rows.
    list.element.classList.toggle("empty", answer.total === 0);
    if (answer.total === total) list.refresh();
    else {
      total = answer.total;
      list.setCount(total);
    }
    list.element.classList.toggle("scored", answer.scored);
  }

  /** Said again only when it changed: a screen reader need not hear it with each page. */
  function say(text: string): void {
    if (status.textContent !== text) status.textContent = text;
  }

  showQuery();
  return (message) => {
    if (message.type === "file") {
      // Places in another file's text mean nothing here.
      if (message.uri !== uri && !message.query) query = { ...query, contrast: undefined };
      uri = message.uri;
      begin(message.query ?? query);
    } else if (message.type === "rows") {
      if (pages.receive(message.id, message.answer.rows)) show(message.answer);
    } else if (message.type === "problem") {
      if (!pages.receive(message.id, null)) return;
      busy(false);
      status.classList.add("problem");
      say(message.message);
      notes.replaceChildren();
      total = 0;
      list.setCount(0);
    } else if (message.type === "selection") {
      if (message.side === "like") shared.add(message.places.map(({ text }) => text));
      else compare.select(message.side, message.places);
    } else if (message.type === "stale") {
      // An edit changes only what is measured in the text.
      if (message.all || readsFile(query)) busy(true);
    } else {
      busy(true);
      pages.again(from, to);
    }
  };
}
