/** Messages between the extension and its webview panels. */
import type { InspectAnswer } from "./requests.ts";

/** To the inspect panel. */
export type ToInspectPanel =
  | { type: "show"; uri: string; answer: InspectAnswer }
  | { type: "problem"; uri: string; message: string };

/** From the inspect panel: the user chose a token, by its index. */
export interface FromInspectPanel {
  type: "reveal";
  token: number;
}
