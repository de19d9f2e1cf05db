import type { ScanIdentity } from "../../protocol/scan.ts";
import { EngineError } from "../errors.ts";
import { isHook } from "../models/hooks.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import type { OpenedProbe } from "./opened-probe.ts";
import type { RowSource, TextSource } from "./probe-rows.ts";

/**
 * Where a probe finds its rows in a set-up.
 * @throws EngineError `probe-other-model` where it was trained on another model (or another revision of it), `probe-sae-missing`
 * where it reads latents of an SAE that is not loaded, `probe-not-live` for attention, which is not read while one types
 */
export function rowSource(
  { path, probe }: OpenedProbe,
  { model }: LoadedSetup,
  identity: ScanIdentity,
): RowSource | TextSource {
  const fail = (code: string, message: string, remedy: string) =>
    new EngineError({ code, message, remedy, subject: "probe", path });
  const { source, width, level } = probe.reads;
  // Words are the same to every model; which tokens there are is not.
  if (source.kind === "text" && level !== "token") return { text: true };
  if (probe.model.sha256 !== identity.model.sha256)
    throw fail(
      "probe-other-model",
      `The probe “${probe.name}” was trained on ${probe.model.id} as it was then, and this is ${identity.model.id} with other files.`,
      "Train it again on this model, or take it out of those that are enabled here.",
    );
  if (source.kind === "text") return { text: true };
  if (source.kind === "attention")
    throw fail(
      "probe-not-live",
      `The probe “${probe.name}” reads attention, which is not computed where documents are read.`,
      "Enable a probe of another kind; what this one tells of held-out texts is in its report.",
    );
  if (source.kind === "hook") {
    if (!isHook(source.hook, model.config.layers) || width !== probe.model.dModel)
      throw fail(
        "probe-other-hook",
        `The probe “${probe.name}” reads ${width} numbers at ${source.hook}, which the model does not have there.`,
        "Train it again.",
      );
    return { hook: source.hook };
  }
  const sae = identity.saes.findIndex(({ sha256, hook }) => sha256 === source.sha256 && hook === source.hook);
  if (sae < 0)
    throw fail(
      "probe-sae-missing",
      `The probe “${probe.name}” reads latents of ${source.sae} at ${source.hook}, which is not among the SAEs in use.`,
      "Add the SAE to the set-up, or train the probe again.",
    );
  return { sae };
}
