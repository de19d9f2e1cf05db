import type {
  FromInspectPanel,
  InspectPanelState,
  RankedInspect,
  ToInspectPanel,
} from "../../../server/src/protocol/panel.ts";
import { make } from "../dom.ts";
import { tokenAfterKey } from "../keys.ts";
import { registerComponents } from "../toolkit.ts";
import { features, header, tokenButton } from "./page.ts";
import "../panel.css";
import "./style.css";

declare function acquireVsCodeApi(): {
  postMessage(message: FromInspectPanel): void;
  getState(): InspectPanelState | undefined;
  setState(state: InspectPanelState): void;
};

registerComponents();
const vscode = acquireVsCodeApi();
const root = document.body;

/** Draws a file; a token that is chosen later changes its own button and the table, nothing else. */
function draw(uri: string, answer: RankedInspect): void {
  const text = make("div", { class: "tokens", role: "listbox", "aria-label": "Tokens" });
  const buttons = answer.tokens.map((_, i) => tokenButton(answer, i));
  text.append(...buttons);
  let table = make("section");
  let chosen = 0;
  const choose = (token: number) => {
    mark(buttons[chosen], false);
    mark(buttons[token], true);
    chosen = token;
    vscode.setState({ uri, token });
    const next = features(answer, token);
    next.addEventListener("click", ({ target }) => open(uri, target as HTMLElement));
    table.replaceWith(next);
    table = next;
  };
  const reveal = (token: number) => {
    choose(token);
    vscode.postMessage({ type: "reveal", uri, version: answer.version, token });
  };
  for (const [i, button] of buttons.entries()) {
    mark(button, false);
    button.addEventListener("click", () => reveal(i));
  }
  text.addEventListener("keydown", (event) => {
    const token = tokenAfterKey(event.key, chosen, buttons.length);
    if (token === null) return;
    event.preventDefault();
    reveal(token);
    buttons[token].focus();
  });
  const focused = document.activeElement?.classList.contains("token");
  root.replaceChildren(header(answer), make("vscode-divider"), text, make("vscode-divider"), table);
  if (buttons.length === 0) return;
  choose(tokenToShow(uri, answer));
  if (focused) buttons[chosen].focus();
}

function open(uri: string, { dataset: { sae, feature } }: HTMLElement): void {
  if (sae && feature) vscode.postMessage({ type: "feature", target: { uri, sae, feature: Number(feature) } });
}

/** One stop of the Tab key for the whole list, as a listbox has it. */
function mark(button: HTMLElement, chosen: boolean): void {
  button.setAttribute("aria-selected", String(chosen));
  button.tabIndex = chosen ? 0 : -1;
}

/** The token that was chosen before in this file, else the first that stands in it. */
function tokenToShow(uri: string, { tokens }: RankedInspect): number {
  const before = vscode.getState();
  if (before?.uri === uri && before.token < tokens.length) return before.token;
  return Math.max(
    0,
    tokens.findIndex((token) => !token.virtual),
  );
}

window.addEventListener("message", ({ data }: MessageEvent<ToInspectPanel>) => {
  root.classList.toggle("stale", data.type === "stale");
  root.setAttribute("aria-busy", String(data.type === "stale"));
  if (data.type === "show") draw(data.uri, data.answer);
  else if (data.type === "problem")
    root.replaceChildren(make("p", { class: "problem", role: "alert" }, data.message));
});
vscode.postMessage({ type: "ready" });
