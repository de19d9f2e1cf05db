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
import { completeJudge } from "./recipes/complete-judge.ts";
import { completeSaes, completeValue } from "./recipes/complete-values.ts";
import { recipePaths } from "./recipes/recipe-paths.ts";
import { asSeen, yamlService } from "./recipes/yaml-service.ts";
import type { Session } from "./session.ts";

/** Signs behind which something else may be meant. */
export const completionTriggers = [":", " ", "/", '"', "'"];

/**
 * `textDocument/completion`: in a recipe its keys and their values, SAEs, features by their labels and hook points; in a prompt's
 * front matter the recipes of its workspace folder.
 */
export async function completion(
  session: Session,
  params: CompletionParams,
  token: CancellationToken,
): Promise<CompletionList | null> {
  const { uri } = params.textDocument;
  return session.recipes.has(uri)
    ? answered(inRecipe(session, params, token))
    : answered(inPrompt(session, params, token));
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
  if (typed && typed.kind !== "recipe") {
    const { setup, prepared } = await session.recipes.checked(uri);
    if (token.isCancellationRequested || !setup) return null;
    const range = rangeFrom(typed, position);
    if (typed.kind !== "saes") return completeValue(setup, typed, range);
    const shipped = { ...prepared, setup: { ...prepared.setup, saes: null, saePlaces: [] } };
    const { saes } = await session.analyser.describeSetup(shipped, token);
    const { settings } = await session.settings.get(uri);
    return completeSaes([...saes, ...setup.description.saes], settings.saes, typed, range);
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
