import type { CancellationToken, CompletionList, CompletionParams } from "vscode-languageserver/node";
import { splitFrontMatter } from "../analysis/prompts/front-matter.ts";
import { typedIn } from "../steering/recipe/typed.ts";
import { answered } from "./answers.ts";
import { inProbe } from "./probes/complete-probe.ts";
import { completeProbes } from "./recipes/complete-probes.ts";
import { completeSaes, completeValue } from "./recipes/complete-values.ts";
import { recipePaths } from "./recipes/recipe-paths.ts";
import type { Session } from "./session.ts";
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
  const start = { line: position.line, character: 0 };
  const typed = typedIn(document.getText({ start, end: position }));
  if (typed?.kind === "probe") {
    const range = { start: { ...position, character: typed.start }, end: position };
    return completeProbes(session, uri, typed, range);
  }
  if (typed && typed.kind !== "recipe") {
    const { setup, prepared } = await session.recipes.checked(uri);
    if (token.isCancellationRequested || !setup) return null;
    const range = { start: { ...position, character: typed.start }, end: position };
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
  const typed = typedIn(lines.text.slice(lines.offset({ ...position, character: 0 }), at));
  if (!isFront || typed?.kind !== "recipe") return null;
  const range = { start: { ...position, character: typed.start }, end: position };
  return { isIncomplete: false, items: await recipePaths(session, uri, range) };
}
