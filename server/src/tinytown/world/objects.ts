import type { Gender } from "../grammar.ts";

/** A thing people handle: its verb and its usual colours follow from it. Verbs are `[past|present]`. */
export interface Thing {
  value: string;
  plural: string;
  verb: string;
  german: readonly [gender: Gender, noun: string, verb: string];
  french: readonly [gender: Gender, noun: string, verb: string];
  colours: readonly string[];
}

function thing(
  value: string,
  plural: string,
  verb: string,
  german: Thing["german"],
  french: Thing["french"],
  ...colours: string[]
): Thing {
  return { value, plural, verb, german, french, colours };
}

/** The 27 objects. */
export const objects: readonly Thing[] = [
  thing(
    "lamp",
    "lamps",
    "[lit|lights]",
    ["f", "Lampe", "[entzündete|entzündet]"],
    ["f", "lampe", "[a allumé|allume]"],
    "red",
    "yellow",
  ),
  thing(
    "key",
    "keys",
    "[turned|turns]",
    ["m", "Schlüssel", "[drehte|dreht]"],
    ["f", "clé", "[a tourné|tourne]"],
    "grey",
    "black",
  ),
  thing(
    "parcel",
    "parcels",
    "[opened|opens]",
    ["n", "Paket", "[öffnete|öffnet]"],
    ["m", "paquet", "[a ouvert|ouvre]"],
    "brown",
    "white",
  ),
  thing(
    "book",
    "books",
    "[read|reads]",
    ["n", "Buch", "[las|liest]"],
    ["m", "livre", "[a lu|lit]"],
    "blue",
    "brown",
  ),
  thing(
    "cup",
    "cups",
    "[filled|fills]",
    ["f", "Tasse", "[füllte|füllt]"],
    ["f", "tasse", "[a rempli|remplit]"],
    "white",
    "blue",
  ),
  thing(
    "bread",
    "loaves",
    "[sliced|slices]",
    ["n", "Brot", "[schnitt|schneidet]"],
    ["m", "pain", "[a coupé|coupe]"],
    "brown",
    "white",
  ),
  thing(
    "apple",
    "apples",
    "[peeled|peels]",
    ["m", "Apfel", "[schälte|schält]"],
    ["f", "pomme", "[a épluché|épluche]"],
    "red",
    "green",
  ),
  thing(
    "rope",
    "ropes",
    "[pulled|pulls]",
    ["n", "Seil", "[zog|zieht]"],
    ["f", "corde", "[a tiré|tire]"],
    "yellow",
    "grey",
  ),
  thing(
    "bell",
    "bells",
    "[rang|rings]",
    ["f", "Glocke", "[läutete|läutet]"],
    ["f", "cloche", "[a sonné|sonne]"],
    "black",
    "grey",
  ),
  thing(
    "drum",
    "drums",
    "[beat|beats]",
    ["f", "Trommel", "[schlug|schlägt]"],
    ["m", "tambour", "[a frappé|frappe]"],
    "red",
    "white",
  ),
  thing(
    "boat",
    "boats",
    "[rowed|rows]",
    ["n", "Boot", "[ruderte|rudert]"],
    ["f", "barque", "[a mené|mène]"],
    "green",
    "blue",
  ),
  thing(
    "cart",
    "carts",
    "[pushed|pushes]",
    ["m", "Karren", "[schob|schiebt]"],
    ["f", "charrette", "[a poussé|pousse]"],
    "brown",
    "green",
  ),
  thing(
    "hammer",
    "hammers",
    "[swung|swings]",
    ["m", "Hammer", "[schwang|schwingt]"],
    ["m", "marteau", "[a levé|lève]"],
    "black",
    "brown",
  ),
  thing(
    "coat",
    "coats",
    "[brushed|brushes]",
    ["m", "Mantel", "[bürstete|bürstet]"],
    ["m", "manteau", "[a brossé|brosse]"],
    "black",
    "blue",
  ),
  thing(
    "rose",
    "roses",
    "[picked|picks]",
    ["f", "Rose", "[pflückte|pflückt]"],
    ["f", "rose", "[a cueilli|cueille]"],
    "red",
    "white",
  ),
  thing(
    "ball",
    "balls",
    "[threw|throws]",
    ["m", "Ball", "[warf|wirft]"],
    ["f", "balle", "[a lancé|lance]"],
    "yellow",
    "blue",
  ),
  thing(
    "coin",
    "coins",
    "[counted|counts]",
    ["f", "Münze", "[prüfte|prüft]"],
    ["f", "pièce", "[a compté|compte]"],
    "yellow",
    "grey",
  ),
  thing(
    "map",
    "maps",
    "[unfolded|unfolds]",
    ["f", "Karte", "[entfaltete|entfaltet]"],
    ["f", "carte", "[a déplié|déplie]"],
    "green",
    "white",
  ),
  thing(
    "basket",
    "baskets",
    "[carried|carries]",
    ["m", "Korb", "[trug|trägt]"],
    ["m", "panier", "[a porté|porte]"],
    "brown",
    "yellow",
  ),
  thing(
    "violin",
    "violins",
    "[tuned|tunes]",
    ["f", "Geige", "[stimmte|stimmt]"],
    ["m", "violon", "[a accordé|accorde]"],
    "black",
    "red",
  ),
  thing(
    "clock",
    "clocks",
    "[repaired|repairs]",
    ["f", "Uhr", "[reparierte|repariert]"],
    ["f", "horloge", "[a réglé|règle]"],
    "white",
    "black",
  ),
  thing(
    "soup",
    "soups",
    "[stirred|stirs]",
    ["f", "Suppe", "[rührte|rührt]"],
    ["f", "soupe", "[a remué|remue]"],
    "green",
    "yellow",
  ),
  thing(
    "bucket",
    "buckets",
    "[emptied|empties]",
    ["m", "Eimer", "[leerte|leert]"],
    ["m", "seau", "[a vidé|vide]"],
    "blue",
    "grey",
  ),
  thing(
    "ladder",
    "ladders",
    "[climbed|climbs]",
    ["f", "Leiter", "[bestieg|besteigt]"],
    ["f", "échelle", "[a dressé|dresse]"],
    "grey",
    "green",
  ),
  thing(
    "net",
    "nets",
    "[mended|mends]",
    ["n", "Netz", "[flickte|flickt]"],
    ["m", "filet", "[a réparé|répare]"],
    "green",
    "black",
  ),
  thing(
    "gate",
    "gates",
    "[locked|locks]",
    ["n", "Tor", "[verriegelte|verriegelt]"],
    ["m", "portail", "[a verrouillé|verrouille]"],
    "grey",
    "red",
  ),
  thing(
    "painting",
    "paintings",
    "[admired|admires]",
    ["n", "Bild", "[bewunderte|bewundert]"],
    ["m", "tableau", "[a admiré|admire]"],
    "blue",
    "yellow",
  ),
];

/** The object of that name. Throws a RangeError when there is none. */
export function objectNamed(value: string): Thing {
  const found = objects.find((thing) => thing.value === value);
  if (!found) throw new RangeError(`no object ${value}`);
  return found;
}
