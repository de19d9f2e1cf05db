import { CodeActionKind } from "vscode-languageserver/node";

/** The kind of all our actions that answer no diagnostic. */
export const steerKind = `${CodeActionKind.RefactorRewrite}.steer`;

export const actionKinds = [CodeActionKind.QuickFix, steerKind];

/** Whether a client that asks for some kinds only (null: for all) asks for one. Kinds are hierarchies, apart by dots. */
export const isWanted = (only: readonly string[] | undefined, kind: string): boolean =>
  !only || only.some((it) => it === "" || it === kind || kind.startsWith(`${it}.`));
