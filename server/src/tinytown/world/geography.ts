/** A name in the three languages. The French country carries its preposition: "vient d'Autriche". */
export interface Named {
  value: string;
  german: string;
  french: string;
}

/** The 24 streets. In German all take "in der". */
export const streets: readonly Named[] = [
  { value: "Mill Lane", german: "Mühlgasse", french: "rue du Moulin" },
  { value: "Church Street", german: "Kirchstraße", french: "rue de l'Église" },
  { value: "Market Street", german: "Marktstraße", french: "rue du Marché" },
  { value: "School Road", german: "Schulstraße", french: "rue de l'École" },
  { value: "Garden Road", german: "Gartenstraße", french: "rue du Jardin" },
  { value: "River Road", german: "Flussstraße", french: "rue de la Rivière" },
  { value: "Castle Lane", german: "Schlossgasse", french: "rue du Château" },
  { value: "Bridge Street", german: "Brückenstraße", french: "rue du Pont" },
  { value: "Harbour Road", german: "Hafenstraße", french: "rue du Port" },
  { value: "Forest Road", german: "Waldstraße", french: "rue de la Forêt" },
  { value: "Tower Lane", german: "Turmgasse", french: "rue de la Tour" },
  { value: "Lake Road", german: "Seestraße", french: "rue du Lac" },
  { value: "Rose Lane", german: "Rosengasse", french: "rue des Roses" },
  { value: "Linden Street", german: "Lindenstraße", french: "rue des Tilleuls" },
  { value: "Oak Street", german: "Eichenstraße", french: "rue des Chênes" },
  { value: "Cherry Lane", german: "Kirschgasse", french: "rue des Cerises" },
  { value: "King Street", german: "Königstraße", french: "rue du Roi" },
  { value: "Silver Street", german: "Silberstraße", french: "rue de l'Argent" },
  { value: "Sun Street", german: "Sonnenstraße", french: "rue du Soleil" },
  { value: "Moon Lane", german: "Mondgasse", french: "rue de la Lune" },
  { value: "Wolf Lane", german: "Wolfsgasse", french: "rue du Loup" },
  { value: "Goose Lane", german: "Gänsegasse", french: "rue des Oies" },
  { value: "Hill Street", german: "Hügelstraße", french: "rue de la Colline" },
  { value: "Salt Street", german: "Salzstraße", french: "rue du Sel" },
];

/** The 12 home countries. */
export const countries: readonly Named[] = [
  { value: "Austria", german: "Österreich", french: "d'Autriche" },
  { value: "France", german: "Frankreich", french: "de France" },
  { value: "Italy", german: "Italien", french: "d'Italie" },
  { value: "Spain", german: "Spanien", french: "d'Espagne" },
  { value: "Poland", german: "Polen", french: "de Pologne" },
  { value: "Norway", german: "Norwegen", french: "de Norvège" },
  { value: "Greece", german: "Griechenland", french: "de Grèce" },
  { value: "Portugal", german: "Portugal", french: "du Portugal" },
  { value: "Ireland", german: "Irland", french: "d'Irlande" },
  { value: "Canada", german: "Kanada", french: "du Canada" },
  { value: "Japan", german: "Japan", french: "du Japon" },
  { value: "Brazil", german: "Brasilien", french: "du Brésil" },
];
