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
}

/** What an SAE of a store is, for results; `id` and `hook` as in the identity. */
export interface StoredSae {
  id: string;
  hook: string;
  architecture: string;
  width: number;
  conventions: string[];
}

/** How two identities differ, as a sentence's end; null where they are the same. */
export function differenceOf(stored: StoreIdentity, now: StoreIdentity): string | null {
  if (stored.model.sha256 !== now.model.sha256)
    return stored.model.id === now.model.id
      ? `the model ${now.model.id}, whose files have changed since`
      : `the model ${stored.model.id}, and this is ${now.model.id}`;
  const names = (it: StoreIdentity) => it.saes.map(({ id, hook }) => `${id} at ${hook}`).join(", ");
  const hashes = (it: StoreIdentity) => it.saes.map(({ sha256 }) => sha256).join();
  if (names(stored) !== names(now)) return `${names(stored)}, and this is ${names(now)}`;
  if (hashes(stored) !== hashes(now)) return `${names(now)}, whose files have changed since`;
  return corpusDifference(stored, now);
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
