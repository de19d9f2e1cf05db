import { existsSync } from "node:fs";
import type { CodeLens } from "vscode-languageserver/node";
import { savedProbePath } from "../../probes/saved/read.ts";
import type { Session } from "../session.ts";
import { pathOf } from "../workspace-folders.ts";

const top = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** Train, sweep and, once it was trained, report: commands that VS Code's extension has. */
export function probeLenses({ client }: Pick<Session, "client">, uri: string): CodeLens[] {
  const path = pathOf(uri);
  if (!client.commandLinks || path === null) return [];
  const lens = (title: string, command: string, argument = uri): CodeLens => ({
    range: top,
    command: { title, command: `steerscope.${command}`, arguments: [argument] },
  });
  const trained = savedProbePath(path);
  return [
    lens("Train", "trainProbe"),
    lens("Sweep", "sweepProbe"),
    ...(existsSync(trained) ? [lens("Report", "openProbeReport", trained)] : []),
  ];
}
