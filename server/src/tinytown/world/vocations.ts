/** A job in the three languages, in the masculine and the feminine form. */
export interface Job {
  value: string;
  german: readonly [masculine: string, feminine: string];
  french: readonly [masculine: string, feminine: string];
}

function job(value: string, german: Job["german"], french: Job["french"]): Job {
  return { value, german, french };
}

/** The 20 jobs. */
export const jobs: readonly Job[] = [
  job("baker", ["Bäcker", "Bäckerin"], ["boulanger", "boulangère"]),
  job("teacher", ["Lehrer", "Lehrerin"], ["professeur", "professeure"]),
  job("doctor", ["Arzt", "Ärztin"], ["médecin", "médecin"]),
  job("farmer", ["Bauer", "Bäuerin"], ["fermier", "fermière"]),
  job("fisher", ["Fischer", "Fischerin"], ["pêcheur", "pêcheuse"]),
  job("gardener", ["Gärtner", "Gärtnerin"], ["jardinier", "jardinière"]),
  job("painter", ["Maler", "Malerin"], ["peintre", "peintre"]),
  job("singer", ["Sänger", "Sängerin"], ["chanteur", "chanteuse"]),
  job("butcher", ["Metzger", "Metzgerin"], ["boucher", "bouchère"]),
  job("carpenter", ["Tischler", "Tischlerin"], ["menuisier", "menuisière"]),
  job("judge", ["Richter", "Richterin"], ["juge", "juge"]),
  job("writer", ["Autor", "Autorin"], ["écrivain", "écrivaine"]),
  job("nurse", ["Pfleger", "Pflegerin"], ["infirmier", "infirmière"]),
  job("pilot", ["Pilot", "Pilotin"], ["pilote", "pilote"]),
  job("cook", ["Koch", "Köchin"], ["cuisinier", "cuisinière"]),
  job("tailor", ["Schneider", "Schneiderin"], ["tailleur", "tailleuse"]),
  job("dancer", ["Tänzer", "Tänzerin"], ["danseur", "danseuse"]),
  job("lawyer", ["Anwalt", "Anwältin"], ["avocat", "avocate"]),
  job("hunter", ["Jäger", "Jägerin"], ["chasseur", "chasseuse"]),
  job("watchmaker", ["Uhrmacher", "Uhrmacherin"], ["horloger", "horlogère"]),
];
