import type { CancellationToken } from "vscode-jsonrpc/node";
import { CancelledError } from "../../host/problem-error.ts";
import type { ProbeCell, ProbeCellFigures } from "../../protocol/probe-report.ts";
import type { ProbeSpec } from "../spec/types.ts";
import type { CellResult, FitWish } from "../work/cell.ts";
import type { FitWorkers } from "../work/pool.ts";
import type { TrainingSet } from "../work/training-set.ts";
import type { ExampleSet } from "./example-sets.ts";
import type { PlannedCell } from "./readings.ts";

/** A cell with what later fits of it need. */
export interface SweptCell {
  planned: PlannedCell;
  cell: ProbeCell;
  wish: FitWish;
  result: CellResult | null;
}

/** What a specification says of each fit. */
export function wishOf({ penalty, k, alpha, seed }: ProbeSpec, { kind }: PlannedCell): FitWish {
  return {
    kind,
    seed,
    ...(penalty !== null && { penalty }),
    ...(k !== null && { k }),
    ...(alpha !== null && { alpha }),
  };
}

/**
 * Trains all cells, several at once. One that cannot be trained says why, and the others go on.
 * @param rows where a cell's activations lie
 * @param done is told of each that is trained
 * @throws CancelledError
 */
export function sweepCells(
  spec: ProbeSpec,
  planned: readonly PlannedCell[],
  { examples, rows }: { examples: ExampleSet; rows: (cell: PlannedCell) => TrainingSet["rows"] },
  workers: FitWorkers,
  done: () => void,
  token?: CancellationToken,
): Promise<SweptCell[]> {
  const { shuffled, controlTask, places, usableInformation } = spec.controls;
  const beside = {
    shuffled: shuffled > 0 ? places : 0,
    controlTask: controlTask ? places : 0,
    usableInformation,
  };
  const { of: _, places: __, passedOver: ___, ...set } = examples;
  return Promise.all(
    planned.map(async (cell): Promise<SweptCell> => {
      const wish = wishOf(spec, cell);
      let result: CellResult | null = null;
      let problem: string | null = null;
      try {
        result = await workers.run("cell", { set: { ...set, rows: rows(cell) }, wish, beside });
      } catch (error) {
        if (error instanceof CancelledError || token?.isCancellationRequested) throw new CancelledError();
        if (!(error instanceof RangeError)) throw error;
        problem = error.message;
      }
      done();
      return { planned: cell, cell: cellOf(cell, result, problem), wish, result };
    }),
  );
}

/**
 * The cell whose validation figure is best; of several the one with the least loss there, since many are right in all of the few
 * examples that choose. Without such examples the first that could be trained.
 */
export function bestCell(cells: readonly Pick<SweptCell, "cell" | "result">[]): number | null {
  let best: number | null = null;
  cells.forEach(({ result }, i) => {
    if (!result) return;
    const before = best === null ? null : (cells[best].result as CellResult);
    if (before === null || isBetter(result, before)) best = i;
  });
  return best;
}

function isBetter(a: CellResult, b: CellResult): boolean {
  const [own, other] = [a.figures.validation, b.figures.validation];
  if (!own || !other) return false;
  if (own.value !== other.value) return own.value > other.value;
  return (a.validationLoss ?? 0) < (b.validationLoss ?? 0);
}

const noFigures: ProbeCellFigures = {
  ...{ validation: null, test: null, auc: null, information: null, calibrationError: null },
  ...{ shuffled: null, control: null, facts: [] },
};

function cellOf(
  { source, layer, reading, kind }: PlannedCell,
  result: CellResult | null,
  problem: string | null,
): ProbeCell {
  return { source, layer, position: reading.position, kind, problem, ...(result?.figures ?? noFigures) };
}
