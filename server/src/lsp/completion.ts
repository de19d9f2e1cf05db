import type {
  CancellationToken,
  CompletionList,
  CompletionParams,
  Position,
  Range,
} from "vscode-languageserver/node";
import { splitFrontMatter } from "../analysis/prompts/front-matter.ts";
import { type Typed, typedIn } from "../steering/recipe/typed.ts";
import { answered } from "./answers.ts";
import { inProbe } from "./probes/complete-probe.ts";
import { completeJudge } from "./recipes/complete-judge.ts";
import { completeClasses, completeProbes } from "./recipes/complete-probes.ts";
import { completeValue } from "./recipes/complete-values.ts";
import { recipeFiles } from "./recipes/recipe-files.ts";
import { recipePaths } from "./recipes/recipe-paths.ts";
import type { Session } from "./session.ts";
import { completeOwnSaes } from "./yaml/complete-saes.ts";
import { asSeen, yamlService } from "./yaml/yaml-service.ts";

/** Signs behind which something else may be meant. */
export const completionTriggers = [":", " ", "/", '"', "'"];

/**
 * `textDocument/completion`: in a recipe its keys and their values, SAEs, features by their labels and hook points; in a probe
 * also what its data has; in a prompt's front matter the recipes of its workspace folder.
 */
export async function completion(
  session: Session,
  params: CompletionParams,
  token: CancellationToken,
): Promise<CompletionList | null> {
  const { uri } = params.textDocument;
  if (session.recipes.has(uri)) return answered(inRecipe(session, params, token));
  if (session.probes.has(uri)) return answered(inProbe(session, params, token));
  return answered(inPrompt(session, params, token));
}

async function inRecipe(
  session: Session,
  { textDocument: { uri }, position }: CompletionParams,
  token: CancellationToken,
): Promise<CompletionList | null> {
  const document = session.recipes.text(uri)!;
  const before = document.getText({ start: { line: 0, character: 0 }, end: position });
  const typed = lastTyped(before);
  if (typed?.kind === "judge") return completeJudge(typed, rangeFrom(typed, position));
  if (typed?.kind === "probe") return completeProbes(session, uri, typed, rangeFrom(typed, position));
  if (typed?.kind === "class") return completeClasses(session, uri, typed, rangeFrom(typed, position));
  if (typed?.kind === "vector" || typed?.kind === "prompt")
    return recipeFiles(session, uri, typed, rangeFrom(typed, position));
  if (typed && typed.kind !== "recipe") {
    const { setup, prepared } = await session.recipes.checked(uri);
    if (token.isCancellationRequested || !setup) return null;
    const range = rangeFrom(typed, position);
    if (typed.kind !== "saes") return completeValue(setup, typed, range);
    const { description } = setup;
    return completeOwnSaes(session, { uri, prepared, description }, typed, range, token);
  }
  const service = await yamlService(session.install.assets);
  return service.doComplete(asSeen(document), position, false);
}

async function inPrompt(
  session: Session,
  { textDocument: { uri }, position }: CompletionParams,
  token: CancellationToken,
): Promise<CompletionList | null> {
  const { lines, prompt } = (await session.documents.read(uri, token)).document;
  if (prompt.format === "text") return null;
  const at = lines.offset(position);
  const { offset, body } = splitFrontMatter(lines.text);
  const isFront = prompt.format === "prompt.yml" || (at >= offset && at < body);
  const typed = lastTyped(lines.text.slice(0, at));
  if (!isFront || typed?.kind !== "recipe") return null;
  return { isIncomplete: false, items: await recipePaths(session, uri, rangeFrom(typed, position)) };
}

/** What is being written at the end of a text. */
function lastTyped(text: string): Typed | null {
  const lines = text.split(/\r?\n/);
  return typedIn(lines.at(-1)!, lines.slice(0, -1));
}

const rangeFrom = ({ start }: Typed, position: Position): Range => ({
  start: { ...position, character: start },
  end: position,
});
