import type { Gender } from "../grammar.ts";

/** A kind of pet. */
export interface Pet {
  value: string;
  german: readonly [gender: Gender, noun: string];
  french: readonly [gender: Gender, noun: string];
}

/** The 8 kinds of pet. */
export const pets: readonly Pet[] = [
  { value: "dog", german: ["m", "Hund"], french: ["m", "chien"] },
  { value: "cat", german: ["f", "Katze"], french: ["m", "chat"] },
  { value: "rabbit", german: ["n", "Kaninchen"], french: ["m", "lapin"] },
  { value: "parrot", german: ["m", "Papagei"], french: ["m", "perroquet"] },
  { value: "goat", german: ["f", "Ziege"], french: ["f", "chèvre"] },
  { value: "horse", german: ["n", "Pferd"], french: ["m", "cheval"] },
  { value: "hen", german: ["f", "Henne"], french: ["f", "poule"] },
  { value: "tortoise", german: ["f", "Schildkröte"], french: ["f", "tortue"] },
];

/** Names of pets, the same in every language. */
export const petNames: readonly string[] = [
  "Bello",
  "Mimi",
  "Rocky",
  "Fluffy",
  "Coco",
  "Luna",
  "Pepper",
  "Shadow",
  "Nemo",
  "Tiger",
  "Daisy",
  "Rex",
  "Bubbles",
  "Ginger",
  "Sugar",
  "Pixie",
  "Waldo",
  "Zorro",
  "Cherry",
  "Biscuit",
];

/** A dish; the French form carries its article. */
export interface Dish {
  value: string;
  german: string;
  french: string;
}

/** The 16 favourite dishes. */
export const dishes: readonly Dish[] = [
  { value: "pancakes", german: "Pfannkuchen", french: "les crêpes" },
  { value: "dumplings", german: "Knödel", french: "les quenelles" },
  { value: "fried fish", german: "gebratenen Fisch", french: "le poisson frit" },
  { value: "rice pudding", german: "Milchreis", french: "le riz au lait" },
  { value: "potato salad", german: "Kartoffelsalat", french: "la salade de patates" },
  { value: "cheese pie", german: "Käsekuchen", french: "la tarte au fromage" },
  { value: "noodles", german: "Nudeln", french: "les nouilles" },
  { value: "lentils", german: "Linsen", french: "les lentilles" },
  { value: "omelettes", german: "Omeletts", french: "les omelettes" },
  { value: "sausages", german: "Würstchen", french: "les saucisses" },
  { value: "waffles", german: "Waffeln", french: "les gaufres" },
  { value: "roast chicken", german: "Brathuhn", french: "le poulet rôti" },
  { value: "mushrooms", german: "Pilze", french: "les champignons" },
  { value: "spinach", german: "Spinat", french: "les épinards" },
  { value: "meatballs", german: "Fleischklöße", french: "les boulettes" },
  { value: "plum cake", german: "Pflaumenkuchen", french: "le gâteau aux prunes" },
];
