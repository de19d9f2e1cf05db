import { Tensor } from "onnxruntime-node";
import type { SteeringCondition } from "../../protocol/steering.ts";
import { type BlockSpec, blockPort } from "../models/blocks.ts";
import type { Feeds } from "../runtime/session.ts";
import type { LatentColumns, Sae } from "../saes/sae.ts";
import type { LoadedSetup } from "../setups/loaded-setup.ts";
import type { Column } from "./column.ts";

/** Further than any activation. */
const never = 3e38;

/** What a block need not do until a column asks for it. */
const plain = { conditions: "none", gated: false, clipped: false } as const;

/** A column that an edit waits for. */
export interface Gate {
  block: Block;
  column: number;
}

/** A column, and how it serves as a condition. */
export interface Row extends Column {
  sign: number;
  on: number;
  off: number;
  gates: Gate[];
}

/** The columns that read one SAE, or none, at one hook point; numbers for the graph of `models/blocks.ts`. */
export class Block {
  readonly spec: BlockSpec;
  readonly columns: Row[] = [];
  /** Which edit each column is; null for a condition. */
  readonly edits: (number | null)[] = [];
  readonly #setup: LoadedSetup;
  readonly #sae: number | null;
  #before: Block[] = [];
  #feeds: Feeds | null = null;
  #read: LatentColumns | null = null;

  constructor(setup: LoadedSetup, hook: string, sae: number | null) {
    this.#setup = setup;
    this.#sae = sae;
    if (sae === null) {
      this.spec = { hook, normalize: "none", topK: null, ...plain };
      return;
    }
    const { config, encoder } = setup.saes[sae].sae;
    const topK =
      config.architecture === "topk"
        ? { k: config.k as number, encoder: encoder[0], bias: encoder[1], norms: config.rescaleByDecoderNorm }
        : null;
    this.spec = { hook, normalize: config.normalize, topK, ...plain };
  }

  /** Adds what an edit changes; it waits for its gates, all of which must stand at this hook point or before. */
  change(column: Column, edit: number, gates: Gate[]): void {
    this.columns.push({ ...column, sign: 1, on: never, off: never, gates });
    if (gates.length > 0) this.spec.gated = true;
    if (column.low > -never || column.high < never) this.spec.clipped = true;
    this.edits.push(edit);
  }

  /** Adds what only serves as a condition: a latent, or a direction that is read. */
  condition(condition: SteeringCondition): Gate {
    const { above, below, release } = condition;
    const isRead = "vector" in condition;
    // A bias on what is read is the same as a threshold that much lower.
    const bias = isRead ? condition.bias : 0;
    const sign = above === undefined ? -1 : 1;
    const on = sign * (((above ?? below) as number) - bias);
    this.columns.push({
      hook: this.spec.hook,
      latent: isRead ? null : { sae: condition.sae, latent: condition.latent },
      encoder: isRead ? condition.vector : null,
      decoder: new Float32Array(this.#setup.model.config.dModel),
      alpha: 1,
      beta: 0,
      low: -never,
      high: never,
      onlyFiring: false,
      sign,
      on,
      off: release === undefined ? on : sign * (release - bias),
      gates: [],
    });
    this.edits.push(null);
    if (release !== undefined) this.spec.conditions = "lasting";
    else if (this.spec.conditions === "none") this.spec.conditions = "plain";
    return { block: this, column: this.columns.length - 1 };
  }

  /** Ends its making: these are the blocks up to its hook point, itself among them, in the order of the graph. */
  close(before: Block[]): void {
    this.#before = before.filter(({ spec }) => spec.conditions !== "none");
  }

  /** Everything that stays the same from pass to pass. */
  feeds(i: number): Feeds {
    this.#feeds ??= this.#make(i);
    return this.#feeds;
  }

  /** Weights `[T · C]` of tokens on which f is 0: none where a column changes firing tokens only. */
  idle(weights: Float32Array): Float32Array {
    return weights.map((weight, at) => (this.columns[at % this.columns.length].onlyFiring ? 0 : weight));
  }

  #make(i: number): Feeds {
    const port = blockPort(i);
    const count = this.columns.length;
    const d = this.#setup.model.config.dModel;
    const row = (of: (column: Row) => number) =>
      new Tensor("float32", Float32Array.from(this.columns, of), [1, count]);
    const read = this.read;
    const feeds: Feeds = {
      [port.center]: new Tensor("float32", read.center, [1, d]),
      [port.threshold]: new Tensor("float32", read.threshold, [1, count]),
      [port.decoder]: new Tensor("float32", read.decoder, [count, d]),
      [port.beta]: row(({ beta }) => beta),
    };
    const { conditions, gated, clipped } = this.spec;
    if (clipped) {
      feeds[port.alpha] = row(({ alpha }) => alpha);
      feeds[port.low] = row(({ low }) => low);
      feeds[port.high] = row(({ high }) => high);
    } else feeds[port.gain] = row(({ alpha }) => alpha - 1);
    if (conditions !== "none") {
      feeds[port.sign] = row(({ sign }) => sign);
      feeds[port.on] = row(({ on }) => on);
    }
    if (conditions === "lasting") feeds[port.off] = row(({ off }) => off);
    if (gated) {
      feeds[port.least] = row(({ onlyFiring }) => Number(!onlyFiring));
      feeds[port.open] = row(({ gates }) => Number(gates.length === 0));
      feeds[port.gates] = this.#gates(count);
    }
    if (this.spec.topK) {
      const latents = BigInt64Array.from(this.columns, ({ latent }) => BigInt(latent?.latent ?? 0));
      feeds[port.latents] = new Tensor("int64", latents, [count]);
      if (read.norms) feeds[port.norms] = new Tensor("float32", read.norms, [1, read.norms.length]);
    } else {
      feeds[port.encoder] = new Tensor("float32", read.encoder, [d, count]);
      feeds[port.bias] = new Tensor("float32", read.bias, [1, count]);
    }
    return feeds;
  }

  /** The SAE that it reads; null where columns are directions. */
  get sae(): Sae | null {
    return this.#sae === null ? null : this.#setup.saes[this.#sae].sae;
  }

  /** How its columns read a token, and what one more f adds. */
  get read(): LatentColumns {
    if (this.#read) return this.#read;
    const d = this.#setup.model.config.dModel;
    const latents = this.columns.map(({ latent }) => latent?.latent ?? 0);
    this.#read = this.sae?.columns(latents) ?? directions(this.columns, d);
    this.columns.forEach(({ decoder }, c) => {
      if (decoder) this.#read?.decoder.set(decoder, c * d);
    });
    return this.#read;
  }

  #gates(count: number): Tensor {
    const rows = this.#before.reduce((sum, { columns }) => sum + columns.length, 0);
    const shares = new Float32Array(rows * count);
    this.columns.forEach(({ gates }, c) => {
      for (const { block, column } of gates) {
        let at = column;
        for (const earlier of this.#before) {
          if (earlier === block) break;
          at += earlier.columns.length;
        }
        shares[at * count + c] += 1 / gates.length;
      }
    });
    return new Tensor("float32", shares, [rows, count]);
  }
}

/** Columns that read along directions, written as an SAE's are. */
function directions(columns: Row[], d: number): LatentColumns {
  const count = columns.length;
  const encoder = new Float32Array(d * count);
  columns.forEach((column, c) => {
    for (let i = 0; i < d; i++) encoder[i * count + c] = (column.encoder as Float32Array)[i];
  });
  return {
    center: new Float32Array(d),
    encoder,
    bias: new Float32Array(count),
    // A projection may be negative: it counts whatever it is.
    threshold: new Float32Array(count).fill(-never),
    decoder: new Float32Array(count * d),
    norms: null,
  };
}
