// A scan with a made-up engine in a process that may be killed: node scan-child.ts STORE CORPUS
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { scan } from "../../../server/src/scan/scan.ts";
import { FakeEngine } from "./fake-engine.ts";

const [store, corpus] = process.argv.slice(2);
const setup = { model: "fake", saes: ["fake"], device: "cpu" as const };
const request = { setup, corpus: [corpus], store, field: "text", context: 32, maxTokens: null };
const { state } = await scan(
  new FakeEngine(3),
  request,
  ({ stage }) => console.log(stage),
  new CancellationTokenSource().token,
);
console.log(state);
