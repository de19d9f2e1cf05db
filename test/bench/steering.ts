import type { EngineHost } from "../../server/src/host/engine-host.ts";
import type { Generated } from "../../server/src/protocol/steering.ts";
import { newHost } from "./material.ts";
import { median, rounded, summary } from "./stats.ts";
import { addition, conditional, request, type Subject, subjects } from "./steering-material.ts";
import { type PeerTimes, peerTimes, tokens } from "./steering-peers.ts";

/** Milliseconds a decoded token: the first one belongs to the prompt. */
const perToken = ({ samples: [{ ids }], decodeMs }: Generated) => decodeMs / (ids.length - 1);

/** Plain, one vector, eight conditional latents, and eight that wait for others too: turn by turn in one process. */
export async function speeds(host: EngineHost, subject: Subject, runs: number) {
  const kinds = {
    plain: [],
    vector: addition(subject),
    conditional: conditional(subject),
    gated: conditional(subject, true),
  };
  const taken: Record<keyof typeof kinds, number[]> = { plain: [], vector: [], conditional: [], gated: [] };
  const whole: Record<"plain" | "vector", number[]> = { plain: [], vector: [] };
  // The steered model is kept between two runs, so only the first one loads it.
  for (let i = -1; i < runs; i++)
    for (const kind of Object.keys(kinds) as (keyof typeof kinds)[]) {
      const start = performance.now();
      const generated = await host.generate(request(subject, kinds[kind]));
      const ms = performance.now() - start;
      if (generated.samples[0].ids.length < tokens / 2) throw new Error(`${kind}: the text ended early`);
      if (i < 0) continue;
      taken[kind].push(perToken(generated));
      if (kind === "plain" || kind === "vector") whole[kind].push(ms / generated.samples[0].ids.length);
    }
  const rate = (times: number[]) => rounded(1000 / median(times));
  const plain = median(taken.plain);
  return {
    report: {
      plainTokensPerSecond: rate(taken.plain),
      vectorTokensPerSecond: rate(taken.vector),
      conditionalTokensPerSecond: rate(taken.conditional),
      vectorShareOfPlain: rounded(plain / median(taken.vector)),
      conditionalShareOfPlain: rounded(plain / median(taken.conditional)),
      gatedShareOfPlain: rounded(plain / median(taken.gated)),
      tokens,
      runs,
    },
    whole,
  };
}

/** From a request with another strength to the first new text of it. */
export async function firstText(host: EngineHost, subject: Subject, runs: number): Promise<object> {
  const taken: number[] = [];
  for (let i = -1; i < runs; i++) {
    const params = { ...request(subject, addition(subject, 0.5 + i / 1000)), maxTokens: 2 };
    const start = performance.now();
    const first = Promise.withResolvers<number>();
    const listener = host.onGenerated.on(
      ({ run: of }) => of === params.run && first.resolve(performance.now()),
    );
    await host.generate(params);
    const ms = (await first.promise) - start;
    listener();
    if (i >= 0) taken.push(ms);
  }
  return summary(taken);
}

/**
 * Speed of steered writing beside plain, and with `peers` (Python environments) beside other programs on SmolLM2: all with the
 * same number of threads, in turns.
 */
export async function steering(runs: number, peers: string[]): Promise<object> {
  const report: Record<string, object> = {};
  const threads = 2;
  const ours: number[] = [];
  const others: PeerTimes = {};
  const [tinytown, real] = [subjects.tinytown(), subjects.smollm2()];
  const host = newHost(threads);
  try {
    report.tinytown = (await speeds(host, tinytown, runs)).report;
    report.strengthToFirstTextMs = await firstText(host, tinytown, 4 * runs);
  } finally {
    host.dispose();
  }
  const rounds = peers.length > 0 ? 2 : 1;
  const each = Math.ceil(runs / rounds);
  for (let round = 0; round < rounds; round++) {
    const fresh = newHost(threads);
    try {
      const { report: found, whole } = await speeds(fresh, real, each);
      report[round === 0 ? "smollm2" : "smollm2Again"] = found;
      ours.push(...whole.vector);
    } finally {
      fresh.dispose();
    }
    for (const python of peers) await peerTimes(python, real.setup.model, threads, each, others);
  }
  if (peers.length > 0)
    report.againstPeers = {
      threads,
      steerscopeVectorTokensPerSecond: rounded(1000 / median(ours)),
      ...Object.fromEntries(
        Object.entries(others).map(([name, { version, plain, steered }]) => [
          name,
          {
            version,
            plainTokensPerSecond: rounded(tokens / median(plain)),
            vectorTokensPerSecond: rounded(tokens / median(steered)),
            vectorShareOfPlain: rounded(median(plain) / median(steered)),
            steerscopeTimesFaster: rounded((1000 * median(steered)) / tokens / median(ours)),
          },
        ]),
      ),
    };
  return report;
}
