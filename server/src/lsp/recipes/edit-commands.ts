import type { Command } from "vscode-languageserver/node";
import type { RecipeEdit } from "../../steering/recipe/types.ts";

/**
 * Opens the compare panel of VS Code's extension with the focus on a slider.
 * @param uri of a prompt that names a recipe (its first slider), or of a recipe
 * @param index the edit's place in the recipe
 */
export function sliderCommand(uri: string, index?: number): Command {
  return {
    title: "Open the strength slider",
    command: "steerscope.openSlider",
    arguments: index === undefined ? [uri] : [uri, index],
  };
}

/** What the commands are called over an edit, where there is little room. */
export const shortTitles: Readonly<Record<string, string>> = {
  "steerscope.openSlider": "Slider",
  "steerscope.decomposeVector": "Decompose…",
};

/** Commands of VS Code's extension that an edit of a recipe offers. */
export function editCommands(uri: string, { index, strength, enabled, source }: RecipeEdit): Command[] {
  const decompose = {
    title: "Decompose into features…",
    command: "steerscope.decomposeVector",
    arguments: [uri, index],
  };
  return [
    ...(strength && enabled ? [sliderCommand(uri, index)] : []),
    ...(source.kind === "vector" ? [decompose] : []),
  ];
}
