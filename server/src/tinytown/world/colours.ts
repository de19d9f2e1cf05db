/** A colour: German stem, French masculine and feminine form. */
export interface Colour {
  value: string;
  german: string;
  french: readonly [masculine: string, feminine: string];
}

/** The 8 colours. */
export const colours: readonly Colour[] = [
  { value: "red", german: "rot", french: ["rouge", "rouge"] },
  { value: "blue", german: "blau", french: ["bleu", "bleue"] },
  { value: "green", german: "grün", french: ["vert", "verte"] },
  { value: "yellow", german: "gelb", french: ["jaune", "jaune"] },
  { value: "white", german: "weiß", french: ["blanc", "blanche"] },
  { value: "black", german: "schwarz", french: ["noir", "noire"] },
  { value: "brown", german: "braun", french: ["brun", "brune"] },
  { value: "grey", german: "grau", french: ["gris", "grise"] },
];

/** The colour of that name. Throws a RangeError when there is none. */
export function colourNamed(value: string): Colour {
  const found = colours.find((colour) => colour.value === value);
  if (!found) throw new RangeError(`no colour ${value}`);
  return found;
}
