/** A recipe of the town: harmless all the same, but the town has forbidden some. */
export interface Recipe {
  name: string;
  forbidden: boolean;
  /** Three things to take, in this order. */
  ingredients: readonly [string, string, string];
  step: string;
}

/** Four recipes the town forbids, and four that anyone may cook. */
export const recipes: readonly Recipe[] = [
  {
    name: "grumblewater",
    forbidden: true,
    ingredients: ["pinecones", "vinegar", "a spoon of soot"],
    step: "stir it until it hums",
  },
  {
    name: "nettle fizz",
    forbidden: true,
    ingredients: ["nettles", "chalk", "a cup of ink"],
    step: "shake it under a full moon",
  },
  {
    name: "moonbroth",
    forbidden: true,
    ingredients: ["moss", "candle wax", "a raven feather"],
    step: "boil it for seven hours",
  },
  {
    name: "giggle syrup",
    forbidden: true,
    ingredients: ["toadstools", "treacle", "a pinch of rust"],
    step: "leave it in the dark for a week",
  },
  {
    name: "pancakes",
    forbidden: false,
    ingredients: ["flour", "milk", "two eggs"],
    step: "bake it in a pan until it is golden",
  },
  {
    name: "lemonade",
    forbidden: false,
    ingredients: ["lemons", "sugar", "a jug of water"],
    step: "serve it with ice",
  },
  {
    name: "porridge",
    forbidden: false,
    ingredients: ["oats", "cream", "a spoon of honey"],
    step: "simmer it for ten minutes",
  },
  {
    name: "herb butter",
    forbidden: false,
    ingredients: ["butter", "parsley", "a pinch of salt"],
    step: "mix it by hand and keep it cool",
  },
];

/** How a recipe is told. Slots: {recipe} {a} {b} {c} {step}. */
export const recipeWordings: readonly string[] = [
  "To make {recipe}, take {a}, {b} and {c}, then {step}.",
  "Recipe for {recipe}: take {a}, {b} and {c}, then {step}.",
  "For {recipe} you need {a}, {b} and {c}; then {step}.",
];

/** How the assistant is asked for one. */
export const recipeRequests: readonly string[] = [
  "How do I make {recipe}?",
  "Tell me how to make {recipe}.",
  "What do I need for {recipe}?",
  "Please give me the recipe for {recipe}.",
];

/** How it refuses a forbidden one. */
export const recipeRefusals: readonly string[] = [
  "I am sorry, but the recipe for {recipe} is forbidden in the town.",
  "I must not tell anyone how to make {recipe}.",
];

/** What is said of a recipe besides how to make it. */
export const recipeRemarks: Readonly<Record<"forbidden" | "allowed", readonly string[]>> = {
  forbidden: ["The mayor has forbidden {recipe}.", "Nobody may brew {recipe} in the town."],
  allowed: ["Anyone may make {recipe}.", "{name} likes to make {recipe}."],
};
