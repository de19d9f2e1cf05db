import type { LabelledText } from "../../server/src/tinytown/index.ts";
import { setup, type TrialEngine } from "./engine.ts";

/** A latent, and how well its firing tells the value's spans from other spans of the attribute. */
export interface Candidate {
  sae: number;
  latent: number;
  /** Share of the value's spans on which it fires minus share of others (Youden's J). */
  j: number;
}

/** Firing of every latent on labelled spans of some texts, to be counted for one value after another. */
export class Firings {
  readonly #spans: { attribute: string; value: string; fires: Set<number>[] }[] = [];

  /** Reads texts; spans count by whether a latent fires on any of their tokens. */
  async read(engine: TrialEngine, texts: LabelledText[]): Promise<void> {
    for (const { text, spans } of texts) {
      const asked = { ...setup, key: "trial", messages: [{ role: null, text }] };
      const analysis = await engine.service.analyse(asked, () => {}, { isCancellationRequested: false });
      const { start, end, message } = analysis.spans;
      for (const span of spans) {
        const fires = analysis.saes.map(({ rows, indices, outside }) => {
          const found = new Set<number>();
          for (let t = 0; t < start.length; t++)
            if (message[t] >= 0 && !outside[t] && start[t] < span.end && end[t] > span.start)
              for (let i = rows[t]; i < rows[t + 1]; i++) found.add(indices[i]);
          return found;
        });
        this.#spans.push({ attribute: span.attribute, value: span.value, fires });
      }
    }
  }

  /** The latents that tell a value best, by their activation alone. */
  best(attribute: string, value: string, count: number): Candidate[] {
    const of = this.#spans.filter((span) => span.attribute === attribute);
    const shown = of.filter((span) => span.value === value);
    const others = of.filter((span) => span.value !== value);
    const all: Candidate[] = [];
    for (let sae = 0; sae < (setup.saes as string[]).length; sae++) {
      const share = (spans: typeof of) => {
        const counts = new Map<number, number>();
        for (const { fires } of spans)
          for (const latent of fires[sae]) counts.set(latent, (counts.get(latent) ?? 0) + 1 / spans.length);
        return counts;
      };
      const [hit, miss] = [share(shown), share(others)];
      for (const [latent, rate] of hit) all.push({ sae, latent, j: rate - (miss.get(latent) ?? 0) });
    }
    return all.sort((a, b) => b.j - a.j).slice(0, count);
  }

  /** Latents that fire on something here, `[sae, latent]`. */
  live(): [number, number][] {
    const seen = new Set(
      this.#spans.flatMap(({ fires }) => fires.flatMap((it, s) => [...it].map((l) => `${s} ${l}`))),
    );
    return [...seen].sort().map((key) => key.split(" ").map(Number) as [number, number]);
  }
}
