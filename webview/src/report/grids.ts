import type { ProbeCell } from "../../../server/src/protocol/probe-report.ts";

/** Cells of one kind of probe, laid out: what is read down, how it is read across. */
export interface Grid {
  kind: string;
  /** What the rows are. */
  of: "layers" | "places";
  rows: string[];
  columns: string[];
  /** `[rows][columns]` index of the cell in the report; null where nothing was planned. */
  at: (number | null)[][];
}

/** The hook point of a layer without the layer's number; null for other places. */
export function hookOf({ source, layer }: Pick<ProbeCell, "source" | "layer">): string | null {
  if (layer === null) return null;
  const match = /^blocks\.\d+\.(.+)$/.exec(source);
  return match ? match[1] : null;
}

/** A grid of layers for each kind of probe, and one of the places that are no hook points of layers. */
export function gridsOf(cells: readonly ProbeCell[]): Grid[] {
  const kinds = [...new Set(cells.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => {
    const own = cells.flatMap((cell, i) => (cell.kind === kind ? [{ cell, i }] : []));
    const layered = own.filter(({ cell }) => hookOf(cell) !== null);
    const others = own.filter(({ cell }) => hookOf(cell) === null);
    const hooks = new Set(layered.map(({ cell }) => hookOf(cell)));
    const column = (cell: ProbeCell) =>
      hooks.size > 1 ? `${hookOf(cell)!.replace(/^hook_/, "")}, ${cell.position}` : cell.position;
    return [
      ...laidOut(
        kind,
        "layers",
        layered,
        ({ layer }) => String(layer),
        column,
        (a, b) => Number(a) - Number(b),
      ),
      ...laidOut(
        kind,
        "places",
        others,
        ({ source }) => source,
        ({ position }) => position,
      ),
    ];
  });
}

function laidOut(
  kind: string,
  of: Grid["of"],
  cells: readonly { cell: ProbeCell; i: number }[],
  rowOf: (cell: ProbeCell) => string,
  columnOf: (cell: ProbeCell) => string,
  order?: (a: string, b: string) => number,
): Grid[] {
  if (cells.length === 0) return [];
  const rows = [...new Set(cells.map(({ cell }) => rowOf(cell)))];
  if (order) rows.sort(order);
  const columns = [...new Set(cells.map(({ cell }) => columnOf(cell)))];
  const at = rows.map(() => columns.map((): number | null => null));
  for (const { cell, i } of cells) at[rows.indexOf(rowOf(cell))][columns.indexOf(columnOf(cell))] = i;
  return [{ kind, of, rows, columns, at }];
}
