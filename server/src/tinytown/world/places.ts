import type { Gender } from "../grammar.ts";

/** A place of the town: how each language says "at" it, and what is usually done there. */
export interface Place {
  value: string;
  /** English preposition of rest. */
  at: string;
  german: readonly [gender: Gender, noun: string, preposition: "an" | "in" | "auf"];
  french: readonly [gender: Gender, noun: string, preposition: "à" | "dans" | "sur" | "devant"];
  /** Objects that belong there, so that the place tells what comes next. */
  objects: readonly string[];
}

function place(
  value: string,
  at: string,
  german: Place["german"],
  french: Place["french"],
  ...objects: string[]
): Place {
  return { value, at, german, french, objects };
}

/** The 40 places. */
export const places: readonly Place[] = [
  place("mill", "at", ["f", "Mühle", "an"], ["m", "moulin", "à"], "bread", "bucket"),
  place("market", "at", ["m", "Markt", "auf"], ["m", "marché", "à"], "basket", "apple", "coin"),
  place("harbour", "at", ["m", "Hafen", "in"], ["m", "port", "à"], "boat", "net", "rope"),
  place("church", "in", ["f", "Kirche", "in"], ["f", "église", "à"], "bell"),
  place("school", "at", ["f", "Schule", "in"], ["f", "école", "à"], "book", "bell"),
  place("bakery", "in", ["f", "Bäckerei", "in"], ["f", "boulangerie", "à"], "bread"),
  place("forge", "in", ["f", "Schmiede", "in"], ["f", "forge", "à"], "hammer"),
  place("inn", "at", ["m", "Gasthof", "in"], ["f", "auberge", "à"], "soup", "cup"),
  place("library", "in", ["f", "Bibliothek", "in"], ["f", "bibliothèque", "à"], "book"),
  place("garden", "in", ["m", "Garten", "in"], ["m", "jardin", "dans"], "rose", "ball"),
  place("bridge", "on", ["f", "Brücke", "auf"], ["m", "pont", "sur"], "rope", "lamp"),
  place("river", "at", ["m", "Fluss", "an"], ["f", "rivière", "à"], "boat", "bucket"),
  place("tower", "in", ["m", "Turm", "in"], ["f", "tour", "dans"], "clock", "bell"),
  place("castle", "in", ["n", "Schloss", "in"], ["m", "château", "dans"], "gate", "painting"),
  place("station", "at", ["m", "Bahnhof", "an"], ["f", "gare", "à"], "clock", "coat"),
  place("theatre", "in", ["n", "Theater", "in"], ["m", "théâtre", "à"], "drum", "violin"),
  place("museum", "in", ["n", "Museum", "in"], ["m", "musée", "à"], "painting"),
  place("farm", "on", ["m", "Bauernhof", "auf"], ["f", "ferme", "à"], "cart", "bucket"),
  place("stable", "in", ["m", "Stall", "in"], ["f", "écurie", "dans"], "cart", "gate"),
  place("forest", "in", ["m", "Wald", "in"], ["f", "forêt", "dans"], "basket", "map"),
  place("meadow", "in", ["f", "Wiese", "auf"], ["f", "prairie", "dans"], "ball", "rose"),
  place("lake", "at", ["m", "See", "an"], ["m", "lac", "à"], "boat", "net"),
  place("beach", "on", ["m", "Strand", "an"], ["f", "plage", "à"], "ball", "net"),
  place("well", "at", ["m", "Brunnen", "an"], ["m", "puits", "à"], "bucket", "rope"),
  place("square", "on", ["m", "Platz", "auf"], ["f", "place", "sur"], "drum", "violin"),
  place("park", "in", ["m", "Park", "in"], ["m", "parc", "dans"], "ball", "rose"),
  place("hospital", "in", ["n", "Krankenhaus", "in"], ["m", "hôpital", "à"], "cup", "soup"),
  place("pharmacy", "in", ["f", "Apotheke", "in"], ["f", "pharmacie", "à"], "coin", "parcel"),
  place("post office", "at", ["f", "Post", "auf"], ["f", "poste", "à"], "parcel"),
  place("bank", "in", ["f", "Bank", "in"], ["f", "banque", "à"], "coin"),
  place("town hall", "in", ["n", "Rathaus", "in"], ["f", "mairie", "à"], "key", "map"),
  place("workshop", "in", ["f", "Werkstatt", "in"], ["m", "atelier", "à"], "hammer", "ladder"),
  place("kitchen", "in", ["f", "Küche", "in"], ["f", "cuisine", "dans"], "soup", "apple"),
  place("cellar", "in", ["m", "Keller", "in"], ["f", "cave", "dans"], "lamp", "key"),
  place("attic", "in", ["m", "Dachboden", "auf"], ["m", "grenier", "dans"], "ladder", "coat"),
  place("vineyard", "in", ["m", "Weinberg", "in"], ["m", "vignoble", "dans"], "basket", "cart"),
  place("orchard", "in", ["m", "Obstgarten", "in"], ["m", "verger", "dans"], "apple", "ladder"),
  place("lighthouse", "in", ["m", "Leuchtturm", "in"], ["m", "phare", "dans"], "lamp", "map"),
  place("barn", "in", ["f", "Scheune", "in"], ["f", "grange", "dans"], "cart", "rope"),
  place("cave", "in", ["f", "Höhle", "in"], ["f", "grotte", "dans"], "lamp", "map"),
];
