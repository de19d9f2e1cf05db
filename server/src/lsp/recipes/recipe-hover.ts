import { dirname } from "node:path";
import type { CancellationToken, Hover, HoverParams } from "vscode-languageserver/node";
import { latentOf } from "../../analysis/feature.ts";
import { ProblemError } from "../../host/problem-error.ts";
import { findProbe } from "../../probes/saved/find.ts";
import { restoreProbe } from "../../probes/saved/restore.ts";
import type { FeatureResult, LabelEvidence } from "../../protocol/feature.ts";
import { catalogueLabels } from "../../steering/recipe/labels.ts";
import { probesIn, referencesIn } from "../../steering/recipe/references.ts";
import { FeatureFinder, isProblem } from "../../steering/recipe/resolve-feature.ts";
import { known } from "../feature.ts";
import { escaped, figure, percent } from "../markdown.ts";
import type { Session } from "../session.ts";
import { pathOf } from "../workspace-folders.ts";
import { asSeen, yamlService } from "../yaml/yaml-service.ts";
import type { CheckedRecipe } from "./check-recipe.ts";
import { probeText } from "./probe-text.ts";

/** A hover in a recipe: what is known of the feature there; elsewhere what the key means, and what its edit does. */
export async function recipeHover(
  session: Session,
  { textDocument: { uri }, position }: HoverParams,
  token: CancellationToken,
): Promise<Hover | null> {
  const document = session.recipes.text(uri)!;
  const checked = await session.recipes.checked(uri).catch(() => null);
  if (token.isCancellationRequested) return null;
  const at = document.offsetAt(position);
  const feature = checked && (await featureHover(session, checked, at));
  if (feature) return feature;
  const probe = checked && (await probeHover(session, checked, at));
  if (probe) return probe;
  const service = await yamlService(session.install.assets);
  const hover = await service.doHover(asSeen(document), position);
  if (!hover || !checked) return hover;
  const edit = checked.parsed.recipe?.edits.find(({ start, end }) => start <= at && at < end);
  const words = checked.resolved?.edits.find(({ index }) => index === edit?.index)?.words;
  if (!words) return hover;
  const { value } = hover.contents as { value: string };
  return { ...hover, contents: { kind: "markdown", value: `${value.trimEnd()}\n\n${escaped(words)}` } };
}

/** What is known of the probe there; null where there is none that can be read. */
async function probeHover(
  session: Session,
  { parsed, prepared, uri }: CheckedRecipe,
  at: number,
): Promise<Hover | null> {
  const reference = parsed.recipe && probesIn(parsed.recipe).find((it) => it.start <= at && at <= it.end);
  const file = pathOf(uri);
  if (!reference || file === null || !session.client.trusted) return null;
  const places = { folder: dirname(file), root: session.folderOf(uri) };
  try {
    const { saved, fit } = restoreProbe(await findProbe(reference.name, places));
    const range = prepared.lines.range(reference.start, reference.end);
    return { contents: { kind: "markdown", value: probeText(saved, fit) }, range };
  } catch (error) {
    // What is wrong with it is a diagnostic.
    if (error instanceof ProblemError) return null;
    throw error;
  }
}

async function featureHover(session: Session, checked: CheckedRecipe, at: number): Promise<Hover | null> {
  const { setup, parsed, prepared, uri } = checked;
  const reference = parsed.recipe && referencesIn(parsed.recipe).find((it) => it.start <= at && at <= it.end);
  if (!setup || !reference) return null;
  const { description, catalogue } = setup;
  const found = new FeatureFinder(description, catalogueLabels(catalogue)).find(reference);
  if (isProblem(found)) return null;
  const latent = latentOf(description, description.saes[found.sae].id, found.latent)!;
  const params = { textDocument: { uri }, sae: latent.sae.id, feature: found.latent };
  const value = featureText(await known(session, params, { prepared, description, latent }));
  const range = prepared.lines.range(reference.start, reference.end);
  return { contents: { kind: "markdown", value }, range };
}

/** What a person wants to know of a latent before steering with it. */
function featureText({ sae, feature, labels, known: figures, scores, weights }: FeatureResult): string {
  const lines = [`**${escaped(sae.id)}/${feature}** · ${escaped(sae.hook)}`];
  if (labels.length === 0) lines.push("No label is known");
  lines.push(...labels.slice(0, 3).map(labelLine));
  if (figures) {
    const parts = [
      ...(figures.frequency === null ? [] : [`fires on ${percent(figures.frequency)} of tokens`]),
      ...(figures.maximum === null ? [] : [`at most ${figure(figures.maximum)}`]),
    ];
    const on = figures.measuredOn ? ` (measured on ${escaped(figures.measuredOn)})` : "";
    if (parts.length > 0) lines.push(`${parts.join(", ")}${on}`.replace(/^f/, "F"));
  }
  if (scores?.output) {
    const weak = scores.output.weak ? ": a weak handle" : "";
    lines.push(`Output score ${figure(scores.output.value)}${weak}`);
  }
  if (scores?.input) lines.push(`Input score ${figure(scores.input.value)}`);
  if (!scores) lines.push("How good a handle it is was not measured yet");
  if (weights)
    lines.push(
      `Raises ${weights.raises
        .slice(0, 5)
        .map(({ text }) => `\`${text}\``)
        .join(" ")}`,
    );
  return lines.join("  \n");
}

function labelLine({ text, source, maker, scores }: LabelEvidence): string {
  const figures = Object.entries(scores).map(([name, value]) => `${name} ${figure(value)}`);
  return `“${escaped(text)}” · ${escaped([source, maker, ...figures].join(", "))}`;
}
