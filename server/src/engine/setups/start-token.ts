import type { Problem } from "../../protocol/problem.ts";
import type { Sae } from "../saes/sae.ts";
import type { TextModel } from "../text/text-model.ts";

/** Whether text of a set-up begins with a start token, and what there is to say about that. */
export interface StartToken {
  /** true: one stands first; false: none, not even the tokenizer's own; null: as the tokenizer does it. */
  wanted: boolean | null;
  /** One sentence. */
  convention: string;
  problem: Problem | null;
}

/** One decision for all SAEs of a set-up: the first that says how it was trained decides. */
export function decideStartToken(saes: { id: string; sae: Sae }[], text: TextModel): StartToken {
  const saying = saes.filter(({ sae }) => sae.config.prependBos !== null);
  if (saying.length === 0) {
    const own = text.ownStart;
    const convention = own
      ? `Plain text begins with ${own}, as the tokenizer adds it.`
      : "Plain text begins without a start token, as the tokenizer has it.";
    return { wanted: null, convention, problem: null };
  }
  const [first] = saying;
  const wanted = first.sae.config.prependBos as boolean;
  const other = saying.find(({ sae }) => sae.config.prependBos !== wanted);
  if (wanted && text.startToken === null) {
    return {
      wanted: null,
      convention: "Text begins without a start token: the tokenizer's files name none.",
      problem: {
        code: "start-token-unknown",
        message: `${first.id} was trained with a start token in front, but the model's files do not say which one.`,
        remedy: "Add bos_token to tokenizer_config.json, or bos_token_id to config.json.",
        subject: "model",
      },
    };
  }
  return {
    wanted,
    convention: wanted
      ? `Text begins with ${text.startToken}, as ${first.id} was trained.`
      : `Text begins without a start token, as ${first.id} was trained.`,
    problem: other
      ? {
          code: "start-token-conflict",
          message: `${first.id} was trained ${wanted ? "with" : "without"} a start token, ${other.id} the other way; text is read as for ${first.id}.`,
          remedy: "Use SAEs that were trained alike, or name one at a time.",
          subject: "sae",
        }
      : null,
  };
}
