import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Matrix, Target } from "../../server/src/learn/data.ts";
import type { KindId } from "../../server/src/learn/kind.ts";
import { kindOf } from "../../server/src/learn/kinds/index.ts";
import { randomOf } from "../../server/src/learn/random.ts";
import { root } from "./material.ts";
import { median, rounded, summary } from "./stats.ts";

const [rows, columns] = [10_000, 576];

/**
 * Rows with a spectrum like that of activations (deviations fall with the root of the rank, turned by reflections so that all
 * columns are correlated), and labels that a direction decides but for noise.
 */
function material(): { x: Matrix; labels: Int32Array } {
  const random = randomOf(1);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const mirrors = Array.from({ length: 8 }, () => {
    const v = Float64Array.from({ length: columns }, normal);
    const norm = Math.hypot(...v);
    return v.map((it) => it / norm);
  });
  const rule = Float64Array.from({ length: columns }, normal);
  const values = new Float32Array(rows * columns);
  const labels = new Int32Array(rows);
  for (let r = 0; r < rows; r++) {
    const row = Float64Array.from({ length: columns }, (_, j) => normal() / Math.sqrt(1 + j));
    labels[r] = Number(row.reduce((sum, it, j) => sum + it * rule[j], 0.5 * normal()) > 0);
    for (const v of mirrors) {
      const along = 2 * row.reduce((sum, it, j) => sum + it * v[j], 0);
      for (let j = 0; j < columns; j++) row[j] -= along * v[j];
    }
    values.set(row, r * columns);
  }
  return { x: { rows, columns, values }, labels };
}

interface PeerTimes {
  version: string;
  penalty: number;
  accuracy: number;
  seconds: number[];
  cpuSeconds: number[];
}

/**
 * Seconds that a probe takes to learn 10,000 rows of 576, its penalty chosen of ten on five folds; with `python` (an environment with
 * scikit-learn) logistic regression in turns with LogisticRegressionCV on two threads, ours on one. Processor time stands beside, since
 * other programs on the machine slow two threads more than one.
 */
export async function probes(runs: number, python: string | undefined): Promise<object> {
  const { x, labels } = material();
  const target: Target = { type: "classes", names: ["no", "yes"], labels };
  const timed = (id: KindId) => {
    const { fit: learn } = kindOf(id);
    const start = performance.now();
    const before = process.cpuUsage();
    const learnt = learn({ x }, target, { seed: 1 });
    const ms = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    const p = learnt.predict({ x });
    const right = labels.filter((label, r) => Number(p[2 * r + 1] > 0.5) === label).length;
    return { ms, cpuMs: (user + system) / 1000, accuracy: right / rows, facts: learnt.facts() };
  };
  const folder = mkdtempSync(join(tmpdir(), "steerscope-bench-"));
  const file = join(folder, "rows.f32");
  try {
    if (python) {
      writeFileSync(file, x.values);
      writeFileSync(join(folder, "labels.i32"), labels);
    }
    const ours: { wall: number[]; cpu: number[] } = { wall: [], cpu: [] };
    const theirs: typeof ours = { wall: [], cpu: [] };
    let [last, peer] = [timed("logistic"), undefined as PeerTimes | undefined];
    for (let run = 0; run < runs; run++) {
      last = timed("logistic");
      ours.wall.push(last.ms);
      ours.cpu.push(last.cpuMs);
      if (!python) continue;
      const script = join(root, "test/bench/peers/probes.py");
      const args = [script, folder, "--columns", String(columns), "--threads", "2"];
      const { stdout } = await promisify(execFile)(python, args, { maxBuffer: 2 ** 24 });
      peer = JSON.parse(stdout) as PeerTimes;
      theirs.wall.push(...peer.seconds.map((it) => 1000 * it));
      theirs.cpu.push(...peer.cpuSeconds.map((it) => 1000 * it));
    }
    const others: KindId[] = ["mass-mean", "mass-mean-whitened", "lda", "ridge"];
    return {
      rows,
      columns,
      logistic: {
        ms: summary(ours.wall),
        cpuMs: median(ours.cpu),
        accuracy: last.accuracy,
        facts: last.facts,
      },
      ...(peer && {
        scikitLearn: {
          version: peer.version,
          penalty: peer.penalty,
          accuracy: peer.accuracy,
          ms: summary(theirs.wall),
          cpuMs: median(theirs.cpu),
        },
        timesFaster: rounded(median(theirs.wall) / median(ours.wall)),
      }),
      others: Object.fromEntries(others.map((id) => [id, rounded(timed(id).ms)])),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
