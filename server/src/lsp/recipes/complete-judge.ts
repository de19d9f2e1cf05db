import { CompletionItemKind, type CompletionList, type Range } from "vscode-languageserver/node";
import type { Typed } from "../../steering/recipe/typed.ts";
import { judgedAttributes } from "../../tinytown/judge/types.ts";
import { judgedValues } from "../../tinytown/judge/values.ts";
import { quoted } from "../yaml/quoted.ts";

/** `ATTRIBUTE/VALUE` as the judge knows them: attributes first, and behind the stroke the values of the one that stands there. */
export function completeJudge(typed: Typed, range: Range): CompletionList {
  const [before, ...behind] = typed.text.split("/");
  const attribute = judgedAttributes.find((it) => it === before);
  const known =
    attribute && behind.length > 0
      ? judgedValues(attribute).map((value) => `${attribute}/${value}`)
      : judgedAttributes.map((it) => `${it}/`);
  const items = known.map((label) => ({
    label,
    kind: CompletionItemKind.Value,
    textEdit: { range, newText: quoted(label, typed) },
  }));
  return { isIncomplete: behind.length === 0, items };
}
