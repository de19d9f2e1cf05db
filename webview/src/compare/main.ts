import type { ToComparePanel } from "../../../server/src/protocol/compare-panel.ts";
import { type Host, startCompare } from "./page.ts";
import "../panel.css";
import "./style.css";

declare function acquireVsCodeApi(): Host;

const host = acquireVsCodeApi();
const receive = startCompare(host, document.body);
window.addEventListener("message", ({ data }: MessageEvent<ToComparePanel>) => receive(data));
host.postMessage({ type: "ready" });
