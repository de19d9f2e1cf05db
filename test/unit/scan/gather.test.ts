import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mix } from "../../../server/src/engine/mix.ts";
import { Best } from "../../../server/src/engine/scan/best.ts";
import { binOf, Gatherer } from "../../../server/src/engine/scan/gather.ts";
import { windowsOf } from "../../../server/src/engine/scan/windows.ts";
import type { LoadedSetup } from "../../../server/src/engine/setups/loaded-setup.ts";
import { type Firings, histogramBins, histogramEdges, kept } from "../../../server/src/protocol/scan.ts";
import { decodeFirings, mergeFirings } from "../../../server/src/store/firings.ts";
import { companionsOf } from "../../../server/src/store/together.ts";
import { mergeTogether } from "../../../server/src/store/totals.ts";

const width = 6;

/** Some windows of random activations. */
const windows = fc.array(
  fc.array(
    fc.oneof(
      { weight: 1, arbitrary: fc.constant(null) },
      {
        weight: 8,
        arbitrary: fc.array(fc.float({ min: Math.fround(2 ** -12), max: 4096, noNaN: true }), {
          minLength: width,
          maxLength: width,
        }),
      },
    ),
    { maxLength: 60 },
  ),
  { maxLength: 40 },
);

/** Latents whose number is above the one before it fire. */
const rowOf = (values: number[] | null) => {
  if (!values) return null;
  const indices = values.flatMap((value, i) => (value > (values[i - 1] ?? 16) ? [i] : []));
  return { indices: Int32Array.from(indices), values: Float32Array.from(indices, (i) => values[i]) };
};

function listed(firings: Firings, i: number) {
  const list = [];
  for (let f = firings.rows[i]; f < firings.rows[i + 1]; f++) {
    const [from, to] = [firings.aroundRows[f], firings.aroundRows[f + 1]];
    list.push({
      key: firings.key[f],
      window: firings.window[f],
      position: firings.position[f],
      activation: firings.activation[f],
      around: [...firings.aroundOffset.subarray(from, to)].map((offset, j) => [
        offset,
        firings.aroundActivation[from + j],
      ]),
    });
  }
  return list;
}

describe("what is gathered of a shard", () => {
  it("is what the plain definitions give", () => {
    fc.assert(
      fc.property(windows, (drawn) => {
        const gatherer = new Gatherer(width, 3);
        const all = drawn.map((window) => window.map(rowOf));
        all.forEach((rows, document) => {
          gatherer.add({ document, first: 5 }, rows);
        });
        const found = gatherer.finish();
        const inside = all.flat().filter((row) => row !== null);
        expect(found.tokens).toBe(inside.length);
        expect(found.outside).toBe(all.flat().length - inside.length);
        const firings = Array.from({ length: width }, (_, latent) =>
          all.flatMap((rows, window) =>
            rows.flatMap((row, position) => {
              const at = row?.indices.indexOf(latent) ?? -1;
              return at < 0 ? [] : [{ window, position, activation: row!.values[at] }];
            }),
          ),
        );
        expect([...found.latents]).toEqual(
          firings.flatMap((list, latent) => (list.length > 0 ? [latent] : [])),
        );
        found.latents.forEach((latent, i) => {
          const list = firings[latent];
          expect(found.count[i]).toBe(list.length);
          expect(found.maximum[i]).toBe(Math.max(...list.map(({ activation }) => activation)));
          expect(found.sum[i]).toBeCloseTo(
            list.reduce((sum, { activation }) => sum + activation, 0),
            6,
          );
          const keyed = list.map((it) => ({ ...it, key: mix(3, it.window, 5 + it.position, latent) }));
          const around = ({ window, position }: { window: number; position: number }) =>
            list
              .filter((it) => it.window === window)
              .map((it) => [it.position - position, it.activation])
              .filter(([offset]) => offset >= -kept.before && offset <= kept.after);
          expect(listed(found.sample, i)).toEqual(
            keyed
              .sort((a, b) => a.key - b.key)
              .slice(0, kept.sample)
              .map((it) => ({ ...it, around: around(it) })),
          );
          const strongest = new Map<number, (typeof list)[number]>();
          for (const it of list)
            if (it.activation > (strongest.get(it.window)?.activation ?? 0)) strongest.set(it.window, it);
          expect(listed(found.top, i)).toEqual(
            [...strongest.values()]
              .sort((a, b) => b.activation - a.activation || a.window - b.window)
              .slice(0, kept.top)
              .map((it) => ({ ...it, key: -it.activation, around: around(it) })),
          );
        });
      }),
      { numRuns: 60 },
    );
  });

  it("does not depend on how the windows are dealt out to shards", () => {
    fc.assert(
      fc.property(windows, fc.integer({ min: 1, max: 39 }), (drawn, cut) => {
        const parts = [drawn.slice(0, cut), drawn.slice(cut)].map((part, p) => {
          const gatherer = new Gatherer(width, 3);
          part.forEach((window, w) => {
            gatherer.add({ document: p * cut + w, first: 0 }, window.map(rowOf));
          });
          return gatherer.finish();
        });
        const whole = new Gatherer(width, 3);
        drawn.forEach((window, document) => {
          whole.add({ document, first: 0 }, window.map(rowOf));
        });
        const expected = whole.finish();
        expected.latents.forEach((latent, i) => {
          for (const kind of ["top", "sample"] as const) {
            let blob: Uint8Array | null = null;
            parts.forEach((part, p) => {
              const at = part.latents.indexOf(latent);
              const list = at < 0 ? [] : listed(part[kind], at);
              const make = (index: number) => ({
                ...list[index],
                window: list[index].window + p * cut,
                range: null,
                offsets: Int8Array.from(list[index].around, ([offset]) => offset),
                activations: Float32Array.from(list[index].around, ([, activation]) => activation),
              });
              blob = mergeFirings(blob, { keys: list.map(({ key }) => key), make }, kept[kind]).blob;
            });
            expect(
              decodeFirings(blob).map(({ key, window, position }) => ({ key, window, position })),
            ).toEqual(
              listed(expected[kind], i).map(({ key, window, position }) => ({ key, window, position })),
            );
          }
        });
        expect(mergeTogether(parts[0].together, parts[1].together)).toEqual(expected.together);
      }),
      { numRuns: 40 },
    );
  });
});

it("bins hold what lies between their edges", () => {
  for (let bin = 0; bin < histogramBins; bin++) {
    if (bin > 0)
      expect(
        binOf(
          Math.fround(histogramEdges[bin]) < histogramEdges[bin]
            ? next(histogramEdges[bin])
            : histogramEdges[bin],
        ),
      ).toBe(bin);
    expect(binOf(1.1 * (histogramEdges[bin] || 1e-9))).toBe(bin);
  }
});

/** The f32 after the one that a number rounds to. */
const next = (value: number) => {
  const bits = new Uint32Array(Float32Array.of(value).buffer);
  bits[0]++;
  return new Float32Array(bits.buffer)[0];
};

it("of equal keys the first ones stay, however many come", () => {
  const best = new Best(3, 1);
  for (let entry = 0; entry < 100; entry++) best.add(0, entry % 2, entry);
  expect(best.of(0)).toEqual([
    [0, 0],
    [0, 2],
    [0, 4],
  ]);
});

it("draws are spread evenly", () => {
  const counts = new Array<number>(16).fill(0);
  for (let document = 0; document < 40; document++)
    for (let token = 0; token < 200; token++) counts[Math.floor(mix(1, document, token, 5) / 2 ** 49)]++;
  for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(110);
});

it("latents that fire together are counted in the sample", () => {
  const sample = {
    key: Float64Array.of(1, 2, 3, 4),
    rows: Int32Array.of(0, 2, 4, 5, 5),
    latents: Int32Array.of(0, 3, 0, 5, 3),
  };
  expect(companionsOf(sample, 0, 9)).toEqual([
    { feature: 5, share: 0.5, jaccard: 0.5 },
    { feature: 3, share: 0.5, jaccard: 1 / 3 },
  ]);
  expect(companionsOf(sample, 1, 9)).toEqual([]);
});

it("a firing that is merged later does not take the place of an equal one", () => {
  const make = (position: number) => ({
    key: 1,
    window: 0,
    position,
    activation: 1,
    range: null,
    offsets: Int8Array.of(0),
    activations: Float32Array.of(1),
  });
  const first = mergeFirings(null, { keys: [1, 1], make: (i) => make(i) }, 3);
  expect(first.cut).toBe(Number.POSITIVE_INFINITY);
  const second = mergeFirings(first.blob, { keys: [1, 1], make: (i) => make(10 + i) }, 3);
  expect(decodeFirings(second.blob).map(({ position }) => position)).toEqual([0, 1, 10]);
  expect(second).toMatchObject({ cut: 1, changed: true });
  expect(mergeFirings(second.blob, { keys: [1], make }, 3)).toMatchObject({
    blob: second.blob,
    changed: false,
  });
});

describe("windows of a document", () => {
  /** A set-up whose start token is 0 and whose words are numbers. */
  const setup = (start: boolean) =>
    ({
      model: { config: { contextLength: 100 } },
      encode: ([{ text }]: { text: string }[]) => {
        const ids = [...(start ? [0] : []), ...text.split(" ").map(Number)];
        const places = Int32Array.from(ids, (_, i) => i);
        return {
          ids: Int32Array.from(ids),
          spans: {
            message: Int32Array.from(ids, (id) => (id === 0 ? -1 : 0)),
            start: places,
            end: places,
            special: Uint8Array.from(ids, (id) => Number(id === 0)),
          },
        };
      },
    }) as unknown as LoadedSetup;
  const document = { number: 7, messages: [{ role: null, text: "1 2 3 4 5 6 7" }] };
  const cut = (start: boolean, context: number) =>
    windowsOf(setup(start), document, context).map(({ first, ids }) => [first, ...ids]);

  it("each begin with the start token where there is one, and lie behind one another", () => {
    expect(cut(true, 4)).toEqual([
      [0, 0, 1, 2, 3],
      [3, 0, 4, 5, 6],
      [6, 0, 7],
    ]);
    expect(cut(false, 4)).toEqual([
      [0, 1, 2, 3, 4],
      [4, 5, 6, 7],
    ]);
  });

  it("are as long as the model's context at most", () => {
    const long = { number: 0, messages: [{ role: null, text: Array(250).fill("1").join(" ") }] };
    expect(windowsOf(setup(false), long, 256).map(({ ids }) => ids.length)).toEqual([100, 100, 50]);
  });
});
