import { fourFullRows } from "./dot";
import { sideColumns, sideMatrix, sideRows, sideV, sideY } from "./layout";
import { groupsOf } from "./project";
import { take } from "./work";

/** The product beside the model's own, those rows that a thread takes; there is room for a whole last group. */
export function multiply(thread: i32): void {
  const n = load<i32>(sideColumns);
  const groups = groupsOf(load<i32>(sideRows));
  const matrix = <usize>load<u32>(sideMatrix);
  const v = <usize>load<u32>(sideV);
  const y = <usize>load<u32>(sideY);
  for (let piece = take(groups, thread); piece !== 0; piece = take(groups, thread))
    for (let g = <i32>piece, end = <i32>(piece >> 32); g < end; g++)
      v128.store(y + ((<usize>g) << 4), fourFullRows(matrix + ((<usize>g * n) << 4), v, n));
}
