import { Analyser } from "../analysis/analyser.ts";
import type { EngineHost } from "../host/engine-host.ts";
import type { Surrounding } from "../steering/compare/prepare-subject.ts";
import { probesFrom } from "../steering/compare/probe-files.ts";
import { readVectorFile } from "../steering/compare/vector-files.ts";
import { catalogueLabels } from "../steering/recipe/labels.ts";
import { labelledCatalogue } from "./labelled-catalogue.ts";

/** What a command looks recipes up with: labels of every source, and any file, since its user named them. */
export function commandSurrounding(host: EngineHost): Surrounding {
  return {
    host,
    analyser: new Analyser(host, { skipBrokenSaes: false }),
    labels: async ({ setup }, description) =>
      catalogueLabels(await labelledCatalogue(host, setup, description)),
    readVector: readVectorFile,
    readProbe: probesFrom(process.cwd()),
    trusted: true,
  };
}
