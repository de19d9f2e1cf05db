import {
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  type Range,
} from "vscode-languageserver/node";
import type { Catalogue } from "../../analysis/explore/catalogue.ts";
import { hooksOf, oneName, streamHook } from "../../analysis/hooks.ts";
import type { Description } from "../../protocol/engine.ts";
import type { Typed } from "../../steering/recipe/typed.ts";
import { figure, percent } from "../markdown.ts";
import { completeSaes } from "../yaml/complete-saes.ts";
import { quoted } from "../yaml/quoted.ts";

/** Latents offered at once; more are found by typing on. */
const MOST = 100;

/** What a set-up offers for the value that is being written. @param range of what stands there so far */
export function completeValue(
  { description, catalogue }: { description: Description; catalogue: Catalogue },
  typed: Typed,
  range: Range,
): CompletionList {
  switch (typed.kind) {
    case "feature":
      return features(catalogue, typed, range, (it) => `${it.sae}/${it.feature}`);
    case "label":
      return features(catalogue, typed, range, (it) => it.label);
    case "hook":
      return whole(hooks(description, range));
    default:
      return completeSaes(description.saes, [], typed, range);
  }
}

const whole = (items: CompletionItem[]): CompletionList => ({ isIncomplete: false, items });

interface Found {
  sae: string;
  feature: number;
  label: string;
}

/** Latents whose label, or SAE and number, holds every word that was typed; those with labels first. */
function features(
  catalogue: Catalogue,
  typed: Typed,
  range: Range,
  written: (it: Found) => string,
): CompletionList {
  const words = typed.text.toLowerCase().split(/\s+/).filter(Boolean);
  const items: CompletionItem[] = [];
  let left = 0;
  for (const [latent, folded] of catalogue.labelled()) {
    const sae = catalogue.saes[catalogue.saeOf(latent)];
    const isOther = typed.kind === "label" && typed.sae !== null && sae.id !== typed.sae;
    if (isOther || streamHook(sae.hook) === null) continue;
    const feature = catalogue.featureOf(latent);
    const name = `${sae.id}/${feature}`;
    if (!words.every((word) => folded.includes(word) || name.toLowerCase().includes(word))) continue;
    if (items.length >= MOST) {
      left++;
      continue;
    }
    const label = catalogue.label(latent)!;
    items.push({
      label,
      kind: CompletionItemKind.Value,
      labelDetails: { description: name },
      detail: [sae.hook, frequency(catalogue, latent), output(catalogue, latent)].filter(Boolean).join(", "),
      // Clients compare it with what stands in the range.
      filterText: `${typed.text} ${name} ${label}`,
      textEdit: { range, newText: quoted(written({ sae: sae.id, feature, label }), typed) },
    });
  }
  return { isIncomplete: left > 0 || items.length > 0, items };
}

function frequency(catalogue: Catalogue, latent: number): string | null {
  const share = catalogue.frequency(latent);
  return share === null ? null : `fires on ${percent(share)} of tokens`;
}

function output(catalogue: Catalogue, latent: number): string | null {
  const score = catalogue.steering(latent, "output");
  return score === null ? null : `output score ${figure(score)}`;
}

function hooks({ model, saes }: Description, range: Range): CompletionItem[] {
  return hooksOf(model.layers).map((hook, i) => {
    const here = saes.filter((it) => oneName(streamHook(it.hook) ?? "") === hook).map(({ id }) => id);
    return {
      label: hook,
      kind: CompletionItemKind.Value,
      sortText: String(i).padStart(5, "0"),
      ...(here.length > 0 && { detail: here.join(", ") }),
      textEdit: { range, newText: hook },
    };
  });
}
