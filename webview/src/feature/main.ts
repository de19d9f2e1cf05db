import type {
  FeaturePanelState,
  FromFeaturePanel,
  Occurrences,
  ToFeaturePanel,
} from "../../../server/src/protocol/panel.ts";
import { make } from "../dom.ts";
import { registerComponents } from "../toolkit.ts";
import { findings, section } from "./findings.ts";
import { actions, header, ways } from "./header.ts";
import { inFile } from "./in-file.ts";
import { type ScoresPart, scoresPart } from "./scores.ts";
import { type Sentence, sentence } from "./sentence.ts";
import "../panel.css";
import "./style.css";

declare function acquireVsCodeApi(): {
  postMessage(message: FromFeaturePanel): void;
  setState(state: FeaturePanelState): void;
};

registerComponents();
const vscode = acquireVsCodeApi();
const root = document.body;
const send = (message: FromFeaturePanel) => vscode.postMessage(message);
const navigation = ways(send);

/** What is drawn: the same answer again changes nothing, so that nobody loses their place. */
let drawn = "";
let typed = "";
let places: HTMLElement;
let field: Sentence | undefined;
let scores: ScoresPart | undefined;

function draw({ target, answer }: ToFeaturePanel & { type: "show" }): void {
  const key = JSON.stringify([target, answer]);
  if (key === drawn) return;
  const isOther = drawn !== "";
  drawn = key;
  vscode.setState(target);
  places = make("div", {}, make("p", { class: "note" }, "Looking…"));
  field = sentence(typed, (text) => {
    typed = text;
    send({ type: "try", text });
  });
  scores = scoresPart(answer.scores, () => send({ type: "measure" }));
  const title = header(answer, send);
  root.replaceChildren(
    navigation.element,
    make(
      "main",
      {},
      title,
      actions(send, target.uri !== "", answer.statistics !== null),
      ...(target.uri === "" ? [] : [section("In this file", places)]),
      field.element,
      scores.element,
      ...findings(answer, (feature) => send({ type: "open", feature })),
    ),
  );
  // What had the cursor is gone: it goes on from the top of what is there now.
  if (isOther && document.hasFocus()) title.querySelector("h1")!.focus();
}

function drawPlaces(fires: Occurrences | null, reason: string): void {
  if (!fires) {
    places?.replaceChildren(make("p", { class: "note" }, reason));
    return;
  }
  const { uri, version } = fires;
  const reveal = (occurrence: number) => send({ type: "reveal", uri, version, occurrence });
  places.replaceChildren(...inFile(fires, reveal));
}

window.addEventListener("message", ({ data }: MessageEvent<ToFeaturePanel>) => {
  if (data.type === "stale") {
    // What is stale already stays so after an edit: only what is asked for anew takes it away.
    if (data.all) root.classList.add("stale");
    places?.classList.add("stale");
    root.setAttribute("aria-busy", "true");
  } else if (data.type === "show") {
    draw(data);
    navigation.set(data.back, data.forward);
    root.classList.remove("stale");
    // Without a file nothing follows.
    root.setAttribute("aria-busy", String(data.target.uri !== ""));
  } else if (data.type === "fires") {
    drawPlaces(data.fires, data.reason);
    places?.classList.remove("stale");
    root.setAttribute("aria-busy", "false");
  } else if (data.type === "tried") field?.show(data);
  else if (data.type === "scores") scores?.show(data.scores, data.reason);
  else if (data.type === "focusSentence") field?.focus();
  else {
    drawn = "";
    navigation.set(data.back, data.forward);
    root.classList.remove("stale");
    root.setAttribute("aria-busy", "false");
    root.replaceChildren(navigation.element, make("p", { class: "problem", role: "alert" }, data.message));
  }
});
send({ type: "ready" });
