import { dirname, resolve } from "node:path";
import {
  type CancellationToken,
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  type CompletionParams,
  type Range,
} from "vscode-languageserver/node";
import { allHooksOf } from "../../analysis/hooks.ts";
import { located } from "../../analysis/setup.ts";
import { attributeNames, attributeWords } from "../../probes/data/tinytown/attributes.ts";
import { kindIds, kindWords } from "../../probes/spec/kinds.ts";
import { type TypedInProbe, typedInProbe } from "../../probes/spec/typed.ts";
import { kindOf } from "../../scan/corpus/files.ts";
import type { Session } from "../session.ts";
import { pathOf } from "../workspace-folders.ts";
import { completePaths } from "../yaml/complete-paths.ts";
import { completeOwnSaes } from "../yaml/complete-saes.ts";
import { quoted } from "../yaml/quoted.ts";
import { asSeen, yamlService } from "../yaml/yaml-service.ts";
import type { CheckedProbe } from "./check-probe.ts";

/** Keys and their values from the schema; paths, columns, attributes, kinds, SAEs and hook points from what they are looked up in. */
export async function inProbe(
  session: Session,
  { textDocument: { uri }, position }: CompletionParams,
  token: CancellationToken,
): Promise<CompletionList | null> {
  const document = session.probes.text(uri)!;
  const above = document.getText({ start: { line: 0, character: 0 }, end: position });
  const typed = typedInProbe(above.split(/\r\n|\n|\r/));
  if (!typed) {
    const service = await yamlService(session.install.assets);
    return service.doComplete(asSeen(document), position, false);
  }
  const range = { start: { ...position, character: typed.start }, end: position };
  if (typed.kind === "file" || typed.kind === "folder") return inFolders(session, uri, typed, range);
  // What does not depend on a set-up is there while it is being looked up.
  const checked =
    typed.kind === "attribute" || typed.kind === "kind" ? null : await session.probes.checked(uri);
  if (token.isCancellationRequested) return null;
  if (typed.kind === "sae")
    return checked?.description
      ? completeOwnSaes(session, { ...checked, description: checked.description }, typed, range, token)
      : null;
  return { isIncomplete: false, items: offered(typed, checked).map((it, i) => item(it, i, typed, range)) };
}

/** Paths of data start from the specification's folder, as where it is read. */
async function inFolders(
  session: Session,
  uri: string,
  typed: TypedInProbe,
  range: Range,
): Promise<CompletionList | null> {
  const path = pathOf(uri);
  if (path === null) return null;
  const own = dirname(path);
  const folderOf = (part: string) => resolve(own, located(part, own));
  const isWanted = typed.kind === "file" ? (name: string) => kindOf(name) !== null : null;
  return completePaths(session, { folderOf, isWanted }, typed, range);
}

type Offer = [name: string, detail: string | null];

function offered({ kind }: TypedInProbe, checked: CheckedProbe | null): Offer[] {
  switch (kind) {
    case "attribute":
      return attributeNames.map((it) => [it, attributeWords(it)]);
    case "kind":
      return kindIds.map((it) => [it, kindWords[it]]);
    case "column":
      return (checked?.columns ?? []).map((it) => [it, null]);
    case "sae":
      return (checked?.description?.saes ?? []).map(({ id, hook, width }) => [
        id,
        `${hook}, ${width} latents`,
      ]);
    default:
      return hooks(checked);
  }
}

function hooks(checked: CheckedProbe | null): Offer[] {
  if (!checked?.description) return [];
  const { model, saes } = checked.description;
  const there = (hook: string) => saes.flatMap((it) => (it.hook === hook ? [it.id] : [])).join(", ");
  return [
    ["resid_post", "behind every layer"],
    ["all", "every hook point of the model"],
    ...allHooksOf(model.layers).map((it): Offer => [it, there(it) || null]),
  ];
}

function item([name, detail]: Offer, i: number, typed: TypedInProbe, range: Range): CompletionItem {
  return {
    label: name,
    kind: CompletionItemKind.Value,
    sortText: String(i).padStart(5, "0"),
    ...(detail && { detail }),
    textEdit: { range, newText: quoted(name, typed) },
  };
}
