// The language server's process: LSP over the channel the command line names (--stdio, --node-ipc, --socket, --pipe).
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { findInstall } from "../host/paths.ts";
import { startServer } from "./server.ts";

startServer(createConnection(ProposedFeatures.all), { install: findInstall(import.meta.url) });
