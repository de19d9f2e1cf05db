import { EngineError } from "../errors.ts";
import { type Blame, isObject, type JsonObject } from "../files/json.ts";

/** A token of tokenizer.json that stands outside its model: special ones, and those added after training. */
export interface AddedToken {
  id: number;
  content: string;
  special: boolean;
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * Entries of a BPE model and their ids.
 * @throws EngineError with `blame`'s code
 */
export function vocabularyOf(model: JsonObject, path: string, blame: Blame): [string, number][] {
  if (!isObject(model.vocab) || Object.keys(model.vocab).length === 0)
    throw invalid("its model has no vocab", path, blame);
  const entries = Object.entries(model.vocab);
  const wrong = entries.find(([, id]) => !isId(id));
  if (wrong)
    throw invalid(`${JSON.stringify(wrong[0])} in its vocab has no whole number for an id`, path, blame);
  return entries as [string, number][];
}

/**
 * The added tokens of tokenizer.json; none where it lists none.
 * @throws EngineError with `blame`'s code
 */
export function addedTokens(json: JsonObject, path: string, blame: Blame): AddedToken[] {
  const list = json.added_tokens ?? [];
  if (!Array.isArray(list)) throw invalid("its added_tokens are no list", path, blame);
  return list.map((token, i) => {
    if (!isObject(token) || !isId(token.id) || typeof token.content !== "string" || token.content === "")
      throw invalid(`number ${i} of its added_tokens lacks an id or a content`, path, blame);
    return { id: token.id, content: token.content, special: token.special === true };
  });
}

function invalid(what: string, path: string, blame: Blame): EngineError {
  return new EngineError({ ...blame, message: `${path}: ${what}.`, path });
}
