import { expect, it } from "vitest";
import { KeyOwners } from "../../../server/src/engine/generate/side-by-side.ts";

/** Which keys each row may look at, by the rule of the attention mask: keys at its place or before. */
function visible(owners: KeyOwners, samples: number[], position: number): number[][] {
  const { position: place, keys } = owners.next(samples, position);
  const length = keys.length / samples.length;
  return samples.map((_, row) =>
    [...keys.subarray(row * length, (row + 1) * length)].flatMap((key, i) =>
      key <= BigInt(place) ? [i] : [],
    ),
  );
}

it("each sample looks at the prompt and at its own tokens, whichever others end", () => {
  const owners = new KeyOwners(2);
  expect(visible(owners, [0, 1, 2], 2)).toEqual([
    [0, 1, 2],
    [0, 1, 3],
    [0, 1, 4],
  ]);
  // Sample 1 has ended.
  expect(visible(owners, [0, 2], 3)).toEqual([
    [0, 1, 2, 5],
    [0, 1, 4, 6],
  ]);
  expect(visible(owners, [2], 4)).toEqual([[0, 1, 4, 6, 7]]);
});

it("a sample's keys stand at their places in its own text", () => {
  const owners = new KeyOwners(2);
  owners.next([0, 1], 2);
  const { keys } = owners.next([1], 3);
  expect([...keys].map((key) => (key > 100n ? null : Number(key)))).toEqual([0, 1, null, 2, 3]);
});
