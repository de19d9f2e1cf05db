import { table } from "./residents-table.ts";

/** How often a resident occurs in training text; the `never` ones cannot be known by a model. */
export type Mention = "often" | "rarely" | "never";

/** A resident with every fact about them, values as in the world's lists. */
export interface Resident {
  name: string;
  given: string;
  family: string;
  sex: "f" | "m";
  mention: Mention;
  street: string;
  job: string;
  pet: string;
  petName: string;
  dish: string;
  country: string;
}

/** All 200 residents. */
export const residents: readonly Resident[] = table.map(
  ([given, family, sex, street, job, pet, petName, dish, country], row) => ({
    name: `${given} ${family}`,
    given,
    family,
    sex,
    mention: row < 40 ? "often" : row < 160 ? "rarely" : "never",
    street,
    job,
    pet,
    petName,
    dish,
    country,
  }),
);

/** The 40 residents that are mentioned often. */
export const often = residents.filter((resident) => resident.mention === "often");
/** The 120 residents that are mentioned rarely. */
export const rarely = residents.filter((resident) => resident.mention === "rarely");
/** The 40 residents no training text mentions. */
export const never = residents.filter((resident) => resident.mention === "never");
/** The declared core of the verdicts. */
export const core = often.slice(0, 10);
