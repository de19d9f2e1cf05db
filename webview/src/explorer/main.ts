import type { ToExplorerPanel } from "../../../server/src/protocol/panel.ts";
import { type Host, startExplorer } from "./page.ts";
import "../panel.css";
import "../list/style.css";
import "./style.css";

declare function acquireVsCodeApi(): Host;

const host = acquireVsCodeApi();
const receive = startExplorer(host, document.body);
window.addEventListener("message", ({ data }: MessageEvent<ToExplorerPanel>) => receive(data));
host.postMessage({ type: "ready" });
