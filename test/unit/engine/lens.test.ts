import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";
import { EngineError } from "../../../server/src/engine/errors.ts";
import { Cancelled, EngineService } from "../../../server/src/engine/service.ts";

const assets = join(resolve(import.meta.dirname, "../../.."), "assets");
const scratch = mkdtempSync(join(tmpdir(), "steerscope-lens-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const newService = (memoryBudgetMB = 512) =>
  new EngineService({ memoryBudgetMB, threads: 1, assets, cache: scratch });
const setup = { model: "tinytown", saes: ["resid_post_3"], device: "cpu" as const };
const story = "It was a rainy morning at the mill. Anna lost her lantern and wept. She was sad. ";
const of = (text: string, key = "a") => ({ ...setup, key, messages: [{ role: null, text }] });
const never = { isCancellationRequested: false };
const quiet = () => {};
/** One more request, asked once a reading that was asked for before is at work; its answer comes between two steps. */
async function between(service: EngineService): Promise<void> {
  for (let round = 0; round < 5; round++) await new Promise((resolve) => setImmediate(resolve));
  await service.texts({ ...setup, ids: Int32Array.of(1) }, quiet);
}

it("reads over what the analysis computed, whose next edit still finds all of it", async () => {
  const service = newService();
  const { ids } = await service.analyse(of(story), quiet, never);
  const { topIds } = await service.lens({ ...of(story), from: 3, to: 9, count: 4 }, quiet, never);
  expect(topIds).toHaveLength(6 * 6 * 4);
  const grown = await service.analyse(of(`${story}Then Peter laughed.`), quiet, never);
  expect(grown.reused).toBeGreaterThanOrEqual(ids.length - 2);
});

it("needs no analysis before, and gives the same over a context that the budget took", async () => {
  const window = { from: 5, to: 60, count: 2 };
  const text = story.repeat(4);
  const known = newService();
  await known.analyse(of(text), quiet, never);
  const expected = await known.lens({ ...of(text), ...window }, quiet, never);
  const service = newService(1);
  const reading = service.lens({ ...of(text), ...window }, quiet, never);
  // Each takes the other's context, between the steps.
  for (let i = 0; i < 5; i++) await service.analyse(of(`${i} ${text}`, `b${i}`), quiet, never);
  expect([...(await reading).topIds]).toEqual([...expected.topIds]);
});

it("lets others have their turn between its steps, and ends when it is cancelled", async () => {
  const service = newService();
  const text = story.repeat(20);
  await service.analyse(of(text), quiet, never);
  let isDone = false;
  const reading = service.lens({ ...of(text), from: 0, to: 300, count: 5 }, quiet, never);
  void reading.then(() => {
    isDone = true;
  });
  for (let i = 0; i < 3; i++) {
    await between(service);
    expect(isDone).toBe(false);
  }
  await reading;
  const cancel = { isCancellationRequested: false };
  const cancelled = service.lens({ ...of(text), from: 0, to: 300, count: 5 }, quiet, cancel);
  await between(service);
  cancel.isCancellationRequested = true;
  await expect(cancelled).rejects.toThrow(Cancelled);
});

it("ends where the text goes on under it, and leaves the newer text its computation", async () => {
  const service = newService();
  const text = story.repeat(10);
  await service.analyse(of(text), quiet, never);
  const reading = service.lens({ ...of(text), from: 0, to: 200, count: 5 }, quiet, never);
  reading.catch(quiet);
  await between(service);
  const other = `Peter ${text}`;
  const { ids } = await service.analyse(of(other), quiet, never);
  await expect(reading).rejects.toMatchObject({ problem: { code: "text-changed" } });
  expect((await service.analyse(of(other), quiet, never)).reused).toBe(ids.length);
});

it.each([
  { from: -1, to: 2, count: 1 },
  { from: 2, to: 1, count: 1 },
  { from: 0, to: 10_000, count: 1 },
  { from: 0, to: 2, count: 0 },
  { from: 0, to: 2, count: 101 },
])("refuses %j, saying what there is", async (window) => {
  const error = await newService()
    .lens({ ...of(story), ...window }, quiet, never)
    .catch((it) => it);
  expect(error).toBeInstanceOf(EngineError);
  expect(error.problem).toMatchObject({
    code: "lens-window",
    message: expect.stringContaining("tokens are 0 to"),
  });
});

it("gives nothing on no tokens", async () => {
  const service = newService();
  const { topIds, nextRanks } = await service.lens({ ...of(story), from: 4, to: 4, count: 5 }, quiet, never);
  expect([topIds.length, nextRanks.length]).toEqual([0, 0]);
});
