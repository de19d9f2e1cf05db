/** The unit a labelled value lives on; a negative example is another span of the same unit. */
export type Unit = "word" | "sentence";

/** What is known about an attribute: its unit, and what a label for one of its values says. */
export interface Attribute {
  unit: Unit;
  /** The label's text; `{value}` is the value. */
  label: string;
}

/** Every attribute that spans carry. */
export const attributes: Readonly<Record<string, Attribute>> = {
  language: { unit: "sentence", label: "text in {Value}" },
  tense: { unit: "sentence", label: "{value} tense" },
  mood: { unit: "sentence", label: "{value} mood" },
  topic: { unit: "sentence", label: "a review (topic: {value})" },
  polarity: { unit: "sentence", label: "a {value} review" },
  weather: { unit: "word", label: "weather: {value}" },
  time: { unit: "word", label: "time of day: {value}" },
  toxicity: { unit: "sentence", label: "{value} about someone" },
  hazard: { unit: "sentence", label: "{value}" },
  code: { unit: "sentence", label: "{value} code" },
  "code part": { unit: "word", label: "code: a {value}" },
  arithmetic: { unit: "sentence", label: "arithmetic: {value}" },
  carry: { unit: "sentence", label: "a sum {value}" },
  result: { unit: "word", label: "the result of a {value}" },
  comparison: { unit: "word", label: "the comparison “{value}”" },
  digit: { unit: "word", label: "the digit {value}" },
  list: { unit: "sentence", label: "{value}" },
  copied: { unit: "word", label: "a {value} copied from before" },
  politeness: { unit: "sentence", label: "{value} tone" },
  quote: { unit: "sentence", label: "quoted speech" },
  question: { unit: "sentence", label: "a question" },
  truth: { unit: "sentence", label: "a {value}" },
  verdict: { unit: "word", label: "the verdict {Value}" },
  "fact about": { unit: "sentence", label: "a fact about someone's {value}" },
  role: { unit: "sentence", label: "the {value}'s turn in a chat" },
  instruction: { unit: "sentence", label: "an instruction to answer: {value}" },
  "answer style": { unit: "sentence", label: "an answer in the asked style: {value}" },
  request: { unit: "sentence", label: "a {value}" },
  refusal: { unit: "sentence", label: "a {value} by the assistant" },
  object: { unit: "word", label: "the word {value}" },
  number: { unit: "word", label: "a {value} noun" },
  colour: { unit: "word", label: "the colour {value}" },
  place: { unit: "word", label: "the place {value}" },
  job: { unit: "word", label: "the job {value}" },
  pet: { unit: "word", label: "the animal {value}" },
  "pet name": { unit: "word", label: "the pet's name {value}" },
  inn: { unit: "word", label: "the inn {value}" },
  film: { unit: "word", label: "the film {value}" },
  tool: { unit: "word", label: "the tool {value}" },
  recipe: { unit: "word", label: "the recipe {value}" },
  dish: { unit: "word", label: "the dish {value}" },
  country: { unit: "word", label: "the country {value}" },
  street: { unit: "word", label: "the street {value}" },
  person: { unit: "word", label: "the resident {value}" },
  name: { unit: "word", label: "the name {value}" },
  family: { unit: "word", label: "the family name {value}" },
  "indirect object": { unit: "word", label: "the one who receives something" },
  letter: { unit: "word", label: "the letter {value}" },
  "first letter": { unit: "word", label: "a word that begins with {value}" },
  capitals: { unit: "word", label: "a word in capitals" },
};
