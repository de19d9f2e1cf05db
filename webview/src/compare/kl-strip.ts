import type { DivergenceToken } from "../../../server/src/protocol/compare.ts";
import { strip } from "../feature/strip.ts";
import { figure, visible } from "../text.ts";

/** A full shade, in nats, where no token is further apart. */
const FULL = 1;

/** The tokens of a text, shaded by how far the two models are apart before each. */
export function klStrip(tokens: readonly DivergenceToken[]): HTMLElement {
  const full = Math.max(FULL, ...tokens.map(({ kl }) => kl));
  const strongest = tokens.reduce((most, { kl }, i) => (kl > tokens[most].kl ? i : most), 0);
  return strip(
    tokens.map(({ text, kl, base, steered }, i) => ({
      text: visible(text),
      title: `“${visible(text)}”: ${figure(kl)} nats; log-probability ${figure(base)}, steered ${figure(steered)}`,
      shade: Math.min(1, Math.max(0, kl) / full),
      peak: i === strongest,
      muted: false,
    })),
    "Tokens, shaded by divergence",
  );
}
