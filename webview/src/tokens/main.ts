import type { ToTokensPanel } from "../../../server/src/protocol/panel.ts";
import { registerComponents } from "../toolkit.ts";
import { type Host, startTokens } from "./page.ts";
import "../panel.css";
import "../list/style.css";
import "./style.css";

declare function acquireVsCodeApi(): Host;

registerComponents();
const host = acquireVsCodeApi();
const receive = startTokens(host, document.body);
window.addEventListener("message", ({ data }: MessageEvent<ToTokensPanel>) => receive(data));
host.postMessage({ type: "ready" });
