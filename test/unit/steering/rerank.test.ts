import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { tensorBytes } from "../../../server/src/files/tensor-bytes.ts";
import type { RestoredProbe } from "../../../server/src/probes/saved/restore.ts";
import { type CollectParams, keysName, type ProbeText } from "../../../server/src/protocol/probes.ts";
import type { Reranking } from "../../../server/src/protocol/rerank.ts";
import type { RerankHost } from "../../../server/src/steering/rerank/q-values.ts";
import { rerank, rerankConventions } from "../../../server/src/steering/rerank/rerank.ts";
import { takenBehaviour } from "../../../server/src/steering/rerank/taken.ts";
import { continued } from "../../../server/src/steering/rerank/texts.ts";
import { probeVector, trainedProbe } from "./probes.ts";

const hook = "blocks.1.hook_resid_post";
const setup = { model: "toy", saes: [], device: "cpu" as const };
const plain = { setup, fileName: "a.prompt", messages: [{ role: null, text: "Once" }] };
const chat = { setup, fileName: "b.prompt", messages: [{ role: "user", text: "Who?" }] };

/** An engine in whose model the n-th text of those it can read has ones times n at the hook point. */
function engine(unread: string[] = []) {
  const asked: { texts: ProbeText[]; path: string }[] = [];
  const host = {
    identify: async () => ({ model: { id: "toy", sha256: "m" }, saes: [] }),
    async collect({ texts, keys, readings, path }: CollectParams) {
      asked.push({ texts, path });
      expect(readings).toEqual([{ source: { kind: "hook", hook }, position: "last" }]);
      const left = texts.flatMap(({ messages }, text) =>
        unread.some((it) => messages.at(-1)!.text.endsWith(it)) ? [{ text, why: "too-long" as const }] : [],
      );
      const rows = texts.length - left.length;
      const data = Float32Array.from({ length: rows * 8 }, (_, i) => Math.floor(i / 8));
      mkdirSync(dirname(path), { recursive: true });
      const read = JSON.stringify(keys.filter((_, i) => left.every(({ text }) => text !== i)));
      const tensors = [{ name: `${hook} last`, shape: [rows, 8], data }];
      writeFileSync(path, tensorBytes(tensors, { [keysName]: read }));
      return { setupId: "s", path, tokens: 0, left };
    },
  } as unknown as RerankHost;
  return { host, asked };
}

/** A probe that was trained on users' messages. */
async function knowsMessages(): Promise<RestoredProbe> {
  const reward = await trainedProbe("reward");
  return { ...reward, saved: { ...reward.saved, reads: { ...reward.saved.reads, readAs: "user" } } };
}

const by = async (name: string, beta: number) => ({ probe: await trainedProbe(name), beta, seed: 1 });
const total = probeVector.reduce((a, b) => a + b, 0);

describe("samples behind a prompt", () => {
  it("are read as one text with it, and weighed by what the probe says", async () => {
    const { host, asked } = engine();
    const ranked = await rerank(host, plain, [" a", " b", " c"], await by("reward", 2));
    expect(asked[0].texts).toEqual(
      [" a", " b", " c"].map((it) => ({ messages: [{ role: null, text: `Once${it}` }], span: null })),
    );
    expect(ranked.samples.map((it) => it!.q)).toEqual([0.5, 0.5 + total, 0.5 + 2 * total]);
    const all = [0, 1, 2].map((n) => Math.exp((n * total) / 2));
    ranked.samples.forEach((it, n) => {
      expect(it!.weight).toBeCloseTo(all[n] / (all[0] + all[1] + all[2]), 9);
    });
    expect(ranked.samples.filter((it) => it!.chosen)).toHaveLength(1);
    expect(existsSync(dirname(asked[0].path))).toBe(false);
    expect(ranked.doubt).toBe("no controls were made");
  });

  it("of a probe of two classes are weighed by log-odds, calibration included; β = 0 takes the best", async () => {
    const { host } = engine();
    const { samples } = await rerank(host, plain, [" a", " b", " c"], await by("calibrated", 0));
    expect(samples.map((it) => it!.q)).toEqual([0, 2 * total, 4 * total]);
    expect(samples.map((it) => it!.chosen)).toEqual([false, false, true]);
  });

  it("that cannot be read are never taken, and leave the others theirs", async () => {
    const { host } = engine([" b"]);
    const { samples } = await rerank(host, plain, [" a", " b", " c"], await by("reward", 0));
    expect(samples).toEqual([
      { q: 0.5, weight: 0, chosen: false },
      null,
      { q: 0.5 + total, weight: 1, chosen: true },
    ]);
    await expect(rerank(engine([" a"]).host, plain, [" a"], await by("reward", 0))).rejects.toThrow(
      /None of the 1 samples/,
    );
  });

  it("of a chat are the assistant's message, for a probe that knows messages", async () => {
    await expect(rerank(engine().host, chat, ["Me."], await by("reward", 1))).rejects.toThrow(
      /was trained on texts without/,
    );
    const probe = await knowsMessages();
    const { host, asked } = engine();
    await rerank(host, chat, ["Me."], { probe, beta: 1, seed: 1 });
    expect(asked[0].texts).toEqual([
      {
        messages: [...chat.messages, { role: "assistant", text: "Me." }],
        span: { message: 1, start: 0, end: 3 },
      },
    ]);
  });

  it("of a text without roles are not ranked by a probe that knows messages, and nothing is read", async () => {
    const { host, asked } = engine();
    const probe = await knowsMessages();
    await expect(rerank(host, plain, [" a"], { probe, beta: 1, seed: 1 })).rejects.toThrow(
      /a\.prompt has no roles, and the probe “p” was trained on users' messages/,
    );
    expect(asked).toEqual([]);
    expect(rerankConventions.join()).toContain("trained on users' messages");
  });

  it("go on with a message that the assistant has begun", () => {
    const begun = {
      fileName: "c.prompt",
      messages: [...chat.messages, { role: "assistant", text: "It is" }],
    };
    const reads = { readAs: "user" } as RestoredProbe["saved"]["reads"];
    expect(continued(begun, " me.", { name: "p", reads })).toEqual({
      messages: [...chat.messages, { role: "assistant", text: "It is me." }],
      span: { message: 1, start: 5, end: 9 },
    });
  });

  it.each([
    ["other", /other files/],
    ["three", /3 classes/],
    ["gone", /latents of gone/],
  ])("are not ranked by the probe “%s”", async (name, expected) => {
    await expect(rerank(engine().host, plain, [" a"], await by(name, 1))).rejects.toThrow(expected);
  });
});

describe("what ranking brings of a behaviour", () => {
  const ranked = (q: (number | null)[], beta: number): Reranking => ({
    ...{ probe: "/p.probe.json", beta, doubt: null },
    samples: q.map((it, i) => (it === null ? null : { q: it, weight: 0, chosen: i === 1 })),
  });

  it("is the score that is expected of the sample taken, over the mean of all", () => {
    const q = [0, Math.log(3), null, Math.log(4)];
    const taken = takenBehaviour(ranked(q, 1), [1, 0, 1, 1], 1);
    expect(taken.expected).toBeCloseTo((1 + 4) / 8, 12);
    expect([taken.mean, taken.chosen]).toEqual([0.75, 0]);
    expect(taken.gain.value).toBeCloseTo(0.625 - 0.75, 12);
    expect(taken.gain).toMatchObject({ n: 4 });
    expect(takenBehaviour(ranked(q, 0), [1, 0, 1, 1], 1).expected).toBe(1);
  });

  it("has an interval that no gain of drawn samples leaves, and that is narrow where q tells nothing", () => {
    const scores = Array.from({ length: 60 }, (_, i) => i % 2);
    const telling = takenBehaviour(ranked(scores, 0.1), scores, 3).gain;
    expect(telling.value).toBeCloseTo(0.5, 3);
    expect([telling.low > 0.3, telling.high < 0.7]).toEqual([true, true]);
    const none = takenBehaviour(
      ranked(
        scores.map(() => 1),
        1,
      ),
      scores,
      3,
    ).gain;
    for (const it of [none.value, none.low, none.high]) expect(it).toBeCloseTo(0, 9);
    expect(takenBehaviour(ranked(scores, 0.1), scores, 3).gain).toEqual(telling);
  });
});
