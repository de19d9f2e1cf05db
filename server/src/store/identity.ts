import type { ScanIdentity } from "../protocol/scan.ts";

/** Everything that decides what is in a store. */
export interface StoreIdentity extends ScanIdentity {
  corpus: {
    files: { name: string; bytes: number }[];
    field: string;
    context: number;
    maxTokens: number | null;
  };
  seed: number;
  /** Where it was imported from; such a store is no scan that could go on. */
  imported?: string;
}

/** What an SAE of a store is, for results; `id` and `hook` as in the identity. */
export interface StoredSae {
  id: string;
  hook: string;
  architecture: string;
  width: number;
  conventions: string[];
}

/** How the weights behind a store differ from those of one SAE and its model, as a sentence's end; null where they do not. */
export function differenceOfWeights(stored: ScanIdentity, now: ScanIdentity): string | null {
  const model = modelDifference(stored, now);
  if (model) return model;
  const [sae] = now.saes;
  const names = stored.saes.map(({ id, hook }) => `${id} at ${hook}`).join(", ");
  const same = stored.saes.find(({ id, hook }) => id === sae.id && hook === sae.hook);
  if (!same) return `${names}, and this is ${sae.id} at ${sae.hook}`;
  if (same.width !== sae.width) return `${sae.id} with ${same.width} latents, and it has ${sae.width}`;
  return same.sha256 === sae.sha256 ? null : `${sae.id}, whose files have changed since`;
}

/** How two identities differ, as a sentence's end; null where they are the same. */
export function differenceOf(stored: StoreIdentity, now: StoreIdentity): string | null {
  const model = modelDifference(stored, now);
  if (model) return model;
  const names = (it: StoreIdentity) => it.saes.map(({ id, hook }) => `${id} at ${hook}`).join(", ");
  const hashes = (it: StoreIdentity) => it.saes.map(({ sha256 }) => sha256).join();
  if (names(stored) !== names(now)) return `${names(stored)}, and this is ${names(now)}`;
  if (hashes(stored) !== hashes(now)) return `${names(now)}, whose files have changed since`;
  if (stored.imported !== now.imported) return `what was imported from ${stored.imported ?? "nowhere"}`;
  return corpusDifference(stored, now);
}

function modelDifference(stored: ScanIdentity, now: ScanIdentity): string | null {
  if (stored.model.sha256 === now.model.sha256) return null;
  return stored.model.id === now.model.id
    ? `the model ${now.model.id}, whose files have changed since`
    : `the model ${stored.model.id}, and this is ${now.model.id}`;
}

function corpusDifference({ corpus: stored }: StoreIdentity, { corpus: now }: StoreIdentity): string | null {
  if (stored.files.length !== now.files.length)
    return `a corpus of ${stored.files.length} files, and this one has ${now.files.length}`;
  for (const [i, file] of stored.files.entries()) {
    const other = now.files[i];
    if (file.name !== other.name) return `a corpus with ${file.name}, where this one has ${other.name}`;
    if (file.bytes !== other.bytes)
      return `${file.name} with ${file.bytes} bytes, and it has ${other.bytes} now`;
  }
  if (stored.field !== now.field) return `the field “${stored.field}”, and this is “${now.field}”`;
  if (stored.context !== now.context)
    return `windows of ${stored.context} tokens, and these have ${now.context}`;
  if (stored.maxTokens !== now.maxTokens)
    return `${stored.maxTokens === null ? "all tokens" : `at most ${stored.maxTokens} tokens`}, and this is ${now.maxTokens === null ? "all" : `at most ${now.maxTokens}`}`;
  return null;
}
