import {
  type CancellationToken,
  CompletionItemKind,
  type CompletionList,
  type Range,
} from "vscode-languageserver/node";
import type { PreparedDocument } from "../../analysis/document.ts";
import type { Description, SaeInfo } from "../../protocol/engine.ts";
import type { TypedValue } from "../../yaml/typed.ts";
import type { Session } from "../session.ts";
import { quoted } from "./quoted.ts";

/** What a file may name with `saes`: SAEs that ship with its model, those of its set-up, and those of the settings. */
export async function completeOwnSaes(
  session: Session,
  { uri, prepared, description }: { uri: string; prepared: PreparedDocument; description: Description },
  typed: Pick<TypedValue, "quote">,
  range: Range,
  token: CancellationToken,
): Promise<CompletionList> {
  const shipped = { ...prepared, setup: { ...prepared.setup, saes: null, saePlaces: [] } };
  const { saes } = await session.analyser.describeSetup(shipped, token);
  const { settings } = await session.settings.get(uri);
  return completeSaes([...saes, ...description.saes], settings.saes, typed, range);
}

/** SAEs by id, each once: those that are known with what they are. @param more others that the settings name */
export function completeSaes(
  saes: readonly SaeInfo[],
  more: readonly string[],
  typed: Pick<TypedValue, "quote">,
  range: Range,
): CompletionList {
  const known = new Map(saes.map((it) => [it.id, `${it.hook}, ${it.width} latents`]));
  const items = [...new Set([...known.keys(), ...more])].map((id) => ({
    label: id,
    kind: CompletionItemKind.Value,
    ...(known.has(id) && { detail: known.get(id) }),
    textEdit: { range, newText: quoted(id, typed) },
  }));
  return { isIncomplete: false, items };
}
