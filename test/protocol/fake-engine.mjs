// An engine without a model: answers the real protocol over the real channel with small numbers worked out from the text,
// and misbehaves when the text asks for it. Every word with the space before it is a token.
//   please-crash       the process ends, every time        please-crash-once   … the first time only (a marker in the cache folder)
//   please-hang        the event loop blocks for ever      please-wait         waits ten seconds, but answers a cancellation
//   please-be-slow     400 ms                              please-be-nan       NaN activations
// A file “replaced” in the cache folder stands for files of its SAEs that are others now.
//   surprise           a token of 14.4 bits                <|oops|>            a warning at its place
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  LSPErrorCodes,
  ResponseError,
} from "vscode-languageserver-protocol/node";

const options = JSON.parse(process.env.STEERSCOPE_ENGINE_OPTIONS ?? "{}");
if (process.env.STEERSCOPE_FAKE === "crash-on-start") throw new Error("cannot find the native library");
if (process.env.STEERSCOPE_FAKE === "write-pid")
  writeFileSync(join(options.cache, "engine.pid"), `${process.pid}`);

const WIDTH = 100;
const DENSE = 7; // fires on every token: hovers leave it out
const UNKNOWN = 8; // a latent without a known maximum
const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const previous = new Map();
const texts = new Map();
const ids = new Map();
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function fail(code, subject, message, remedy, path) {
  return new ResponseError(LSPErrorCodes.RequestFailed, message, { code, subject, message, remedy, path });
}

function hash(text) {
  let h = 2166136261;
  for (const c of text) h = Math.imul(h ^ c.codePointAt(0), 16777619) >>> 0;
  return h;
}

function idOf(text) {
  const id = ids.get(text) ?? 10 + ids.size;
  ids.set(text, id);
  texts.set(id, text);
  return id;
}

function describe({ model, device, saes: named }) {
  const setup = { model, device, saes: named ?? [] };
  if (setup.model.includes("missing"))
    throw fail(
      "model-not-found",
      "model",
      `No model at “${setup.model}”.`,
      "Give a folder with config.json.",
    );
  for (const sae of setup.saes)
    if (sae.includes("missing"))
      throw fail("sae-not-found", "sae", `No SAE at “${sae}”.`, "Give a folder.", sae);
  const replaced = existsSync(join(options.cache, "replaced"));
  const maximum = new Float32Array(WIDTH).fill(10);
  maximum[UNKNOWN] = 0;
  const frequency = new Float32Array(WIDTH).fill(0.01);
  frequency[DENSE] = 0.9;
  return {
    setupId: `fake-${hash(JSON.stringify([setup.model, setup.saes, setup.device]))}${replaced ? "-replaced" : ""}`,
    model: {
      id: setup.model,
      path: "",
      family: "llama",
      layers: 4,
      dModel: 8,
      contextLength: 5000,
      vocabulary: 1000,
      dtype: "f32",
      computeDtype: "f32",
      device: "cpu",
      deviceReason: "the only one",
      hasChatTemplate: true,
      templateSha256: "t",
      conventions: [],
    },
    saes: setup.saes.map((id) => ({
      id,
      path: "",
      hook: "blocks.2.hook_resid_post",
      architecture: "jumprelu",
      width: WIDTH,
      conventions: ["Special tokens are not interpreted."],
      check: { l0: 3, fvu: 0.2, declaredL0: 3, verdict: "ok" },
      labels: new Map([[(hash(" cat") % 50) + 20, { text: replaced ? "a dog" : "a cat", maker: "fake" }]]),
      maximum,
      frequency,
      frequencySource: "nothing at all",
    })),
    loadMs: 1,
  };
}

function tokenise(messages) {
  const roles = [...new Set(messages.map((m) => m.role ?? "text"))];
  const tokens = [];
  messages.forEach((message, index) => {
    const role = roles.indexOf(message.role ?? "text");
    if (message.role !== null)
      tokens.push({ text: `<${message.role}>`, message: -1, start: 0, end: 0, special: 1, role });
    else if (index === 0 && process.env.STEERSCOPE_FAKE !== "no-start-token")
      tokens.push({ text: "<s>", message: -1, start: 0, end: 0, special: 1, role });
    for (const match of message.text.matchAll(/\s?\S+|\s/gu)) {
      const [start, end] = [match.index, match.index + match[0].length];
      tokens.push({ text: match[0], message: index, start, end, special: 0, role });
    }
  });
  return { roles, tokens };
}

function surprise(id) {
  return texts.get(id).includes("surprise") ? -10 : -1 - (id % 5);
}

function features(text) {
  const h = hash(text);
  const active = [
    [20 + (h % 50), 1 + (h % 8)],
    [DENSE, 9],
    [UNKNOWN, 2],
  ];
  return active.sort((a, b) => b[1] - a[1]);
}

function encode(tokens, nan) {
  const rows = new Int32Array(tokens.length + 1);
  const indices = [];
  const values = [];
  tokens.forEach((token, t) => {
    for (const [index, value] of token.special ? [] : features(token.text)) {
      indices.push(index);
      values.push(nan ? Number.NaN : value);
    }
    rows[t + 1] = indices.length;
  });
  return {
    rows,
    indices: Int32Array.from(indices),
    values: Float32Array.from(values),
    l0: Int32Array.from(tokens, (_, t) => rows[t + 1] - rows[t]),
    fvu: new Float32Array(tokens.length).fill(0.25),
    outside: Uint8Array.from(
      tokens,
      (token) => token.special || process.env.STEERSCOPE_FAKE === "all-outside",
    ),
  };
}

connection.onRequest("engine/describe", (setup) => {
  // A model that fails to load never reports that it is done.
  connection.sendNotification("engine/progress", { key: "", stage: "loading", done: 0, total: 1 });
  const description = describe(setup);
  connection.sendNotification("engine/progress", { key: "", stage: "loading", done: 1, total: 1 });
  return description.setupId === setup.known ? null : description;
});

// Writes the prompt's words again, one each 20 ms; please-crash ends the process behind the first.
connection.onRequest("engine/generate", async ({ run, messages }, token) => {
  const words = messages[0].text.split(" ");
  for (const [i, word] of words.entries()) {
    connection.sendNotification("engine/generated", { run, sample: 0, text: `${word} `, tokens: i + 1 });
    await sleep(20);
    if (words.includes("please-crash")) process.exit(9);
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
  }
  const [text, logprobs] = [words.map((word) => `${word} `).join(""), new Float32Array(words.length)];
  const ids = Int32Array.from(words, (_, i) => i);
  const samples = [{ ids, text, logprobs, end: "length" }];
  return { setupId: "fake", promptIds: ids, samples, held: [], conventions: [], promptMs: 0, decodeMs: 1 };
});

connection.onRequest("engine/analyse", async (params, token) => {
  const text = params.messages.map((m) => m.text).join("\n");
  if (text.includes("please-crash-once")) {
    const marker = join(options.cache, "crashed");
    if (!existsSync(marker)) {
      writeFileSync(marker, "");
      process.exit(9);
    }
  } else if (text.includes("please-crash")) {
    process.exit(9);
  }
  if (text.includes("please-hang")) for (;;);
  const wait = text.includes("please-wait") ? 10_000 : text.includes("please-be-slow") ? 400 : 0;
  for (let waited = 0; waited < wait; waited += 20) {
    await sleep(20);
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
  }
  const { setupId, model } = describe(params);
  let { roles, tokens } = tokenise(params.messages);
  const all = tokens.length;
  tokens = tokens.slice(0, model.contextLength);
  const T = tokens.length;
  const ids = Int32Array.from(tokens, (t) => idOf(t.text));
  const before = previous.get(params.key) ?? [];
  let reused = 0;
  while (reused < T - 1 && before[reused] === ids[reused]) reused++;
  previous.set(params.key, [...ids]);
  const top = Array.from({ length: 10 }, (_, i) => idOf(` guess${i}`));
  const nan = text.includes("please-be-nan");
  return {
    setupId,
    ids,
    spans: {
      message: Int32Array.from(tokens, (t) => t.message),
      start: Int32Array.from(tokens, (t) => t.start),
      end: Int32Array.from(tokens, (t) => t.end),
      shared: new Uint8Array(T),
      special: Uint8Array.from(tokens, (t) => t.special),
    },
    roleOf: Int32Array.from(tokens, (t) => t.role),
    roles,
    logprobs: Float32Array.from(ids, (id, t) => (t === 0 ? Number.NaN : surprise(id))),
    topIds: Int32Array.from({ length: T * 10 }, (_, i) => top[i % 10]),
    topLogprobs: Float32Array.from({ length: T * 10 }, (_, i) => -1 - (i % 10)),
    saes: (params.saes ?? []).map(() => encode(tokens, nan)),
    texts: new Map([...ids, ...top].map((id) => [id, texts.get(id)])),
    truncatedFrom: all > T ? all : null,
    probes: [],
    reused,
    analyseMs: 1,
    warnings: text.includes("<|oops|>")
      ? [
          {
            code: "special-token-in-text",
            subject: "prompt",
            message: "“<|oops|>” is read as text.",
            remedy: "Remove it if that is not meant.",
            messageIndex: params.messages.findIndex((m) => m.text.includes("<|oops|>")),
            start: params.messages.find((m) => m.text.includes("<|oops|>")).text.indexOf("<|oops|>"),
            end: params.messages.find((m) => m.text.includes("<|oops|>")).text.indexOf("<|oops|>") + 8,
          },
        ]
      : [],
  };
});

/** Largest activation of each latent on each text, from the same features as an analysis. */
connection.onRequest("engine/responses", (params) => {
  const { setupId } = describe(params);
  const peaks = params.texts.map((text) => {
    const of = new Map();
    for (const match of text.matchAll(/\s?\S+|\s/gu))
      for (const [index, value] of features(match[0])) of.set(index, Math.max(value, of.get(index) ?? 0));
    return [...of].sort(([a], [b]) => a - b);
  });
  const rows = new Int32Array(peaks.length + 1);
  peaks.forEach((peak, t) => {
    rows[t + 1] = rows[t] + peak.length;
  });
  const sae = {
    rows,
    latents: Int32Array.from(peaks.flat(), ([latent]) => latent),
    values: Float32Array.from(peaks.flat(), ([, value]) => value),
    tokens: Int32Array.from(params.texts, (text) => text.split(" ").length),
  };
  const logprobs = params.token === null ? null : Float32Array.from(params.texts, (text) => -text.length);
  return { setupId, saes: (params.saes ?? []).map(() => sae), logprobs };
});

/** A text's meaning is which words it has. */
connection.onRequest("engine/embed", ({ texts }) => {
  const width = 16;
  const vectors = new Float32Array(texts.length * width);
  texts.forEach((text, i) => {
    const vector = vectors.subarray(i * width, (i + 1) * width);
    for (const word of text.toLowerCase().split(" ")) vector[hash(word) % width]++;
    const norm = Math.hypot(...vector) || 1;
    for (let k = 0; k < width; k++) vector[k] /= norm;
  });
  connection.sendNotification("engine/log", `embedded ${texts.length}`);
  return { vectors, width, pooling: "mean", longest: 512 };
});
connection.onNotification("engine/embedded", () => {});

/** Each layer is sure of another guess, and the surer the deeper it lies; the next token is its third. */
connection.onRequest("engine/lens", async ({ from, to, count, key, ...params }, token) => {
  const text = params.messages.map((m) => m.text).join("\n");
  for (let waited = 0; text.includes("slow-lens") && waited < 400; waited += 20) {
    await sleep(20);
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
  }
  const { setupId, model } = describe(params);
  const { layers } = model;
  const rows = (to - from) * layers;
  const isLast = (row) => from + Math.floor(row / layers) === tokenise(params.messages).tokens.length - 1;
  const topIds = Int32Array.from({ length: rows * count }, (_, i) =>
    idOf(` layer${Math.floor(i / count) % layers}guess${i % count}`),
  );
  return {
    setupId,
    from,
    hooks: Array.from({ length: layers }, (_, layer) => `blocks.${layer}.hook_resid_post`),
    count,
    convention: "Made up.",
    topIds,
    topLogprobs: Float32Array.from(
      topIds,
      (_, i) => -(1 + (i % count)) / (1 + (Math.floor(i / count) % layers)),
    ),
    nextLogprobs: Float32Array.from({ length: rows }, (_, row) => (isLast(row) ? Number.NaN : -4)),
    nextRanks: Int32Array.from({ length: rows }, (_, row) => (isLast(row) ? 0 : 3)),
    texts: new Map([...topIds].map((id) => [id, texts.get(id)])),
  };
});

connection.onRequest("engine/check", ({ kind, model, saes }) => {
  const id = kind === "model" ? model : saes[0];
  const bad = id.includes("bad");
  const suspect = id.includes("suspect");
  return {
    kind,
    id,
    path: "",
    ok: !bad && !suspect,
    facts: [`A ${kind}.`],
    verified: [`It runs on ${model}.`],
    problems: bad
      ? [{ code: "sae-width", subject: kind, message: "Its width does not fit.", remedy: "Take another." }]
      : [],
  };
});

connection.onRequest("engine/devices", () => [
  { device: "cpu", available: true, reason: "always there" },
  { device: "webgpu", available: false, reason: "no adapter" },
]);
connection.onNotification("engine/forget", ({ key }) => {
  previous.delete(key);
  connection.sendNotification("engine/log", `forgot ${key}`);
});
process.on("disconnect", () => process.exit(0));
connection.listen();
