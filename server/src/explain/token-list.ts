import { LONGEST_LABEL } from "../protocol/feature.ts";
import type { Examiner } from "./examine.ts";
import { firingPlaces, type Passage } from "./passage.ts";

/** Tokens of a list, and the share of what was seen that they make up before the list ends. */
const most = 8;
const enough = 0.9;
const raisedShown = 3;

export const tokenListMaker = "tokens it fires on (no language model)";

/** A label made without a language model, and what it claims in a form that can be tested without one. */
export interface TokenList {
  text: string;
  tokens: ReadonlySet<string>;
}

/**
 * Lists the tokens that a latent fires on most in some passages, weighted by activation, and those that it raises most as the
 * next one. Says nothing of what they mean: a base line that any real label has to beat.
 * @param passages those shown to whoever labels, so that the list is tested on others
 * @returns null where it fires on no token that can be shown
 */
export function tokenList(passages: readonly Passage[], raises: readonly string[]): TokenList | null {
  const weights = new Map<string, number>();
  let sum = 0;
  for (const passage of passages)
    for (const i of firingPlaces(passage)) {
      sum += passage.activations[i];
      weights.set(passage.tokens[i], (weights.get(passage.tokens[i]) ?? 0) + passage.activations[i]);
    }
  const tokens: string[] = [];
  let covered = 0;
  for (const [token, weight] of [...weights].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))) {
    if (tokens.length === most || covered >= enough * sum) break;
    tokens.push(token);
    covered += weight;
  }
  if (tokens.length === 0) return null;
  const raised = raises.slice(0, raisedShown);
  const effect = raised.length > 0 ? `; raises ${raised.map(shown).join(", ")}` : "";
  const text = `fires on ${tokens.map(shown).join(", ")}${effect}`;
  return { text: text.slice(0, LONGEST_LABEL), tokens: new Set(tokens) };
}

/** Says yes where a listed token stands in the passage, or where most of those marked are listed. */
export function byTokenList({ tokens }: TokenList): Examiner {
  return async (tests, done) => {
    done(tests.length);
    return tests.map(({ passage, marked }) => {
      if (marked === null) return passage.tokens.some((token) => tokens.has(token));
      const listed = marked.filter((i) => tokens.has(passage.tokens[i]));
      return 2 * listed.length > marked.length;
    });
  };
}

const shown = (token: string) => `“${token.replace(/\r?\n/g, "⏎")}”`;
