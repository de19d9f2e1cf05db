import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import type { Description, EngineOptions, MessageInput, SaeInfo, Setup } from "../../protocol/engine.ts";
import type { Problem } from "../../protocol/problem.ts";
import type { LoadedSae } from "../analyse/context.ts";
import { type CalibrationOptions, calibrate } from "../calibration/calibrate.ts";
import { defaultSaes, locateSaes, type SaeLocation } from "../catalog/saes.ts";
import { fingerprints } from "../files/fingerprint.ts";
import type { Model } from "../models/model.ts";
import { Sae, saeFiles } from "../saes/sae.ts";
import type { EncodedPrompt, TextModel } from "../text/text-model.ts";
import type { LoadedModel } from "./loaded-model.ts";
import { assertFits, describeSae } from "./sae-fit.ts";
import { decideStartToken, type StartToken } from "./start-token.ts";

/** Where an SAE and what is known of it may come from; its weights know themselves whether they changed. */
const filesOf = (folder: string): string[] => [
  join(folder, "cfg.json"),
  join(folder, "steerscope.json"),
  join(folder, "calibration.txt"),
  join(dirname(folder), "calibration.txt"),
];

/** A model with its SAEs, ready to run, and everything there is to say about them. */
export class LoadedSetup {
  readonly setup: Setup;
  readonly loaded: LoadedModel;
  readonly saes: LoadedSae[];
  readonly description: Description;
  /** What to tell users of this set-up that does not stop it. */
  readonly problems: Problem[];
  readonly #startToken: StartToken;
  readonly #print: string;

  private constructor(
    setup: Setup,
    loaded: LoadedModel,
    saes: LoadedSae[],
    infos: SaeInfo[],
    startToken: StartToken,
    print: string,
    loadMs: number,
  ) {
    this.setup = setup;
    this.loaded = loaded;
    this.saes = saes;
    this.problems = [loaded.problem, startToken.problem].filter((problem) => problem !== null);
    this.#startToken = startToken;
    this.#print = print;
    const identities = [loaded.identity, print, ...saes.map(({ sae }) => `${sae.identity}@${sae.hook}`)];
    const conventions = [
      "Hook points carry TransformerLens names; the residual stream is neither folded nor centred.",
      startToken.convention,
      ...loaded.text.conventions,
    ];
    this.description = {
      setupId: createHash("sha256").update(identities.join("\n")).digest("hex").slice(0, 16),
      model: { ...loaded.info, conventions },
      saes: infos,
      loadMs,
    };
  }

  /**
   * Loads the SAEs of a set-up and what is known of them; what was opened is released again where one fails.
   * @param started when loading began, the model's included (`performance.now()`)
   * @throws EngineError with subject `sae`
   */
  static async open(
    setup: Setup,
    loaded: LoadedModel,
    options: EngineOptions,
    on: Pick<CalibrationOptions, "log" | "measuring">,
    started: number,
  ): Promise<LoadedSetup> {
    const opened: { id: string; location: SaeLocation; sae: Sae }[] = [];
    try {
      const references = setup.saes ?? defaultSaes(setup.model, options.assets);
      const locations = locateSaes(references, options.assets);
      // Before they are read: a file that is replaced meanwhile must not pass for the one that was loaded.
      const print = fingerprints(locations.flatMap(({ path }) => filesOf(saeFiles(path).folder)));
      for (const location of locations) {
        const { path, hook, id } = location;
        const sae = await Sae.open(path, { device: "cpu", threads: options.threads, hook });
        opened.push({ id, location, sae });
        assertFits(sae, location, loaded.model);
      }
      const startToken = decideStartToken(opened, loaded.text);
      const calibration = {
        cache: options.cache,
        model: loaded.identity,
        encode: (text: string) =>
          loaded.text.encodePrompt([{ role: null, text }], { startToken: startToken.wanted }).ids,
        isSpecial: (id: number) => loaded.text.isSpecial(id),
        ...on,
      };
      const saes: LoadedSae[] = [];
      for (const { sae } of opened)
        saes.push({ sae, statistics: await calibrate(loaded.model, sae, calibration) });
      const infos = opened.map(({ sae, location }, i) => describeSae(sae, location, saes[i].statistics));
      const loadMs = performance.now() - started;
      return new LoadedSetup(setup, loaded, saes, infos, startToken, print, loadMs);
    } catch (error) {
      for (const { sae } of opened) await sae.release();
      throw error;
    }
  }

  get model(): Model {
    return this.loaded.model;
  }

  get text(): TextModel {
    return this.loaded.text;
  }

  /** Writes a prompt out and tokenizes it, as far as the context could reach unless told otherwise. */
  encode(messages: MessageInput[], enoughTokens = this.model.config.contextLength): EncodedPrompt {
    return this.text.encodePrompt(messages, { startToken: this.#startToken.wanted, enoughTokens });
  }

  /** Whether no file behind it changed. */
  get intact(): boolean {
    return (
      this.loaded.intact &&
      this.saes.every(({ sae }) => sae.intact) &&
      fingerprints(this.saes.flatMap(({ sae }) => filesOf(sae.path))) === this.#print
    );
  }

  /** Rough size of its SAEs in memory: both halves in f32. */
  get saeBytes(): number {
    return this.saes.reduce((sum, { sae }) => sum + 8 * sae.config.dIn * sae.config.width, 0);
  }

  /** Frees the SAEs' sessions; the model is not its own. */
  async release(): Promise<void> {
    for (const { sae } of this.saes) await sae.release();
  }
}
