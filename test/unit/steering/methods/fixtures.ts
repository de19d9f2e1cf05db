import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EngineService } from "../../../../server/src/engine/service.ts";
import { Completer, type Draws, type MethodHost } from "../../../../server/src/steering/methods/completer.ts";
import { KeptSamples } from "../../../../server/src/steering/methods/kept-samples.ts";

export const folder = mkdtempSync(join(tmpdir(), "steerscope-methods-"));

const assets = join(import.meta.dirname, "../../../../assets");

/** The embedded SAEs with a hook point each, in the order of layers. */
export const embedded = readdirSync(join(assets, "tinytown/saes"))
  .filter((it) => /^resid_post_\d+$/.test(it))
  .sort();

/** A file of records. */
export function recordsFile(name: string, records: object[]): string {
  const path = join(folder, name);
  writeFileSync(path, records.map((it) => `${JSON.stringify(it)}\n`).join(""));
  return path;
}

/** The real engine in this process, with tinytown and these of its SAEs. */
export function onTinytown(saes: string[], draws: Draws): Promise<Completer> {
  const service = new EngineService({ memoryBudgetMB: 2048, threads: 1, assets, cache: folder });
  const never = { isCancellationRequested: false };
  const host: MethodHost = {
    describe: async (setup) => (await service.describe(setup, () => {}))!,
    identify: (setup) => service.identify(setup, () => {}),
    generate: (params) =>
      service.generate(
        params,
        () => {},
        () => {},
        never,
      ),
    read: (params) => service.read(params, () => {}, never),
  };
  const setup = { model: "tinytown", saes, device: "cpu" as const };
  return Completer.open(host, setup, draws, new KeptSamples(join(folder, `${saes.join()}.jsonl`)));
}
