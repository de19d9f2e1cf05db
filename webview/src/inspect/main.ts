import type { FromInspectPanel, ToInspectPanel } from "../../../server/src/protocol/panel.ts";
import type { InspectAnswer } from "../../../server/src/protocol/requests.ts";
import { registerComponents } from "../toolkit.ts";
import { featureRows, surprisalBits, surpriseShade } from "./view.ts";
import "./style.css";

interface State {
  uri: string;
  answer: InspectAnswer;
  token: number;
}
declare function acquireVsCodeApi(): {
  postMessage(message: FromInspectPanel): void;
  getState(): State | undefined;
  setState(state: State): void;
};

registerComponents();
const vscode = acquireVsCodeApi();
const root = document.body;

/** Makes an element with attributes and children; text is never parsed as HTML. */
function make(
  tag: string,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function draw(state: State): void {
  vscode.setState(state);
  const { answer } = state;
  const header = make(
    "header",
    {},
    make("h1", {}, `${answer.model.id}`),
    make(
      "p",
      {},
      `${answer.model.family}, ${answer.model.layers} layers, ${answer.model.dtype} computed in ${answer.model.computeDtype} on ${answer.model.device}`,
    ),
  );
  for (const sae of answer.saes)
    header.append(
      make(
        "details",
        {},
        make(
          "summary",
          {},
          `${sae.id} · ${sae.hook} · ${sae.architecture}, ${sae.width} latents `,
          make("vscode-tag", {}, sae.check.verdict),
        ),
        make("ul", {}, ...sae.conventions.map((line) => make("li", {}, line))),
      ),
    );
  const text = make("div", { class: "tokens", role: "listbox", "aria-label": "Tokens" });
  answer.tokens.forEach((token, i) => {
    const bits = surprisalBits(token.logprob);
    const item = make(
      "button",
      {
        class: token.virtual ? "token virtual" : "token",
        role: "option",
        "aria-selected": String(i === state.token),
        title: bits === null ? "first token" : `${bits.toFixed(1)} bits`,
      },
      token.text.replaceAll("\n", "⏎"),
    );
    item.style.setProperty("--shade", surpriseShade(token.logprob).toFixed(2));
    item.addEventListener("click", () => {
      vscode.postMessage({ type: "reveal", token: i });
      draw({ ...state, token: i });
    });
    text.append(item);
  });
  root.replaceChildren(header, make("vscode-divider"), text, make("vscode-divider"), features(state));
}

function features({ answer, token }: State): HTMLElement {
  const head = make(
    "tr",
    {},
    ...["SAE", "Feature", "Label", "Activation"].map((name) => make("th", { scope: "col" }, name)),
  );
  const rows = featureRows(answer, token).map((row) => {
    const bar = make("span", { class: "bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", row.share.toFixed(3));
    return make(
      "tr",
      {},
      make("td", {}, row.sae),
      make("td", {}, String(row.feature)),
      make("td", {}, row.label),
      make("td", {}, bar, row.activation),
    );
  });
  return make(
    "section",
    { "aria-live": "polite" },
    make("h2", {}, `Features of “${answer.tokens[token]?.text ?? ""}”`),
    make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)),
  );
}

window.addEventListener("message", ({ data }: MessageEvent<ToInspectPanel>) => {
  const before = vscode.getState();
  if (data.type === "problem")
    root.replaceChildren(make("p", { class: "problem", role: "alert" }, data.message));
  else {
    const first = Math.max(
      0,
      data.answer.tokens.findIndex((token) => !token.virtual),
    );
    const kept = before?.uri === data.uri && before.token < data.answer.tokens.length ? before.token : first;
    draw({ uri: data.uri, answer: data.answer, token: kept });
  }
});
const restored = vscode.getState();
if (restored) draw(restored);
