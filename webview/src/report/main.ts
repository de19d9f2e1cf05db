import type { ToReportPanel } from "../../../server/src/protocol/report-panel.ts";
import { type Host, startReport } from "./page.ts";
import "../panel.css";
import "./style.css";

declare function acquireVsCodeApi(): Host;

const host = acquireVsCodeApi();
const receive = startReport(host, document.body);
window.addEventListener("message", ({ data }: MessageEvent<ToReportPanel>) => receive(data));
host.postMessage({ type: "ready" });
