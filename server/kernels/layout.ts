/**
 * Where the kernels and their host (`server/src/engine/decode`) look for what they share: byte addresses below the kernels'
 * own data. Read by both compilers, so it holds plain numbers only.
 */

/** Changes when there is work; −1 ends a helper. Words that threads write stand in cache lines of their own. */
export const go = 64;
export const arrived = 128;
export const generation = 192;
export const sleeping = 256;
/** Where what was read ahead would go: the compiler leaves out what nothing depends on. */
export const spare = 320;

/** How many pieces of each thread's work are taken, two words a thread in cache lines of their own; up to {@link mostThreads}. */
export const taken = 4096;
export const mostThreads = 256;

/** What the model is like; 32-bit words. */
export const dModel = 1024;
export const dMlp = 1028;
export const heads = 1032;
export const kvHeads = 1036;
export const headDim = 1040;
export const vocabulary = 1044;
/** Tokens a query may look back, itself included; 0 for all. */
export const window = 1052;
export const activation = 1056;
/** f32 */
export const epsilon = 1060;
/** 1 where matrices are bf16, else they are f32. Vectors are f32. */
export const isHalf = 1064;
export const threads = 1068;
/** How many tenths of a second a thread waits for the others before it takes them for dead. */
export const patience = 1048;

/** What is to be done: one of the jobs below, with blocks `from` to `to` (attention of layer n is 2 n, its MLP 2 n + 1). */
export const job = 1080;
export const from = 1072;
export const to = 1076;
/** Tokens of the pass, each the next of a text of its own. */
export const rows = 1084;

/** Addresses of f32 buffers. */
/** `[rows, dModel]` the residual stream */
export const x = 1088;
/** `[rows, (heads + 2 kvHeads) · headDim]` queries, keys and values before rotation */
export const qkv = 1092;
/** `[rows, heads · headDim]` */
export const z = 1096;
/** `[rows, dMlp]` */
export const hidden = 1100;
/** `[rows, vocabulary]` */
export const logits = 1104;
/** `[rows, sumBlocks, 2]` greatest logit of a block of tokens and the sum of exponentials relative to it */
export const sums = 1108;
/** `[rows, headDim]` cosines, then sines, of half a head each; 0 where positions are not rotary */
export const angles = 1112;
/** `[threads]` addresses of a thread's own memory: `[rows, dModel]` normalised residuals and `[context]` scores */
export const scratch = 1116;

/** `[rows, 2]` words: address of a text's list of pages, and how many there are. A list holds `[address, tokens]` a page. */
export const texts = 1120;
/** `[layers, layerBytes]` addresses of weights, 0 for a bias that there is not. */
export const layerTable = 1124;
export const finalNorm = 1128;
export const unembedding = 1132;

/** A product beside the model's own: `y` `[sideRows]` = an f32 matrix, laid out like the model's, times `v` `[sideColumns]`. */
export const sideMatrix = 1136;
export const sideRows = 1140;
export const sideColumns = 1144;
export const sideV = 1148;
export const sideY = 1152;

/** Values of {@link job}. */
export const blocks = 0;
export const blocksAndHead = 1;
export const sideProduct = 2;

/** Rows of a matrix that lie in turn, and numbers of a row in each piece. */
export const groupRows = 4;
export const piece = 8;
/** Bytes ahead of what is computed with at which weights are touched: as many must lie behind the last of them. */
export const readAhead = 2048;

/** Tokens of a page of keys and values: of each layer `[pageTokens, kvHeads · headDim]` keys, then values. */
export const pageTokens = 64;
/** Tokens whose exponentials are added up together, whatever the number of threads, so that sums do not depend on it. */
export const sumBlock = 1024;

/** Words of {@link layerTable}, in bytes from a layer's first. */
export const attentionNorm = 0;
export const qWeight = 4;
export const kWeight = 8;
export const vWeight = 12;
export const oWeight = 16;
export const qBias = 20;
export const kBias = 24;
export const vBias = 28;
export const oBias = 32;
export const mlpNorm = 36;
export const gateWeight = 40;
export const upWeight = 44;
export const downWeight = 48;
export const gateBias = 52;
export const upBias = 56;
export const downBias = 60;
export const layerBytes = 64;

/** Values of {@link activation}. */
export const silu = 0;
export const gelu = 1;
export const geluTanh = 2;
