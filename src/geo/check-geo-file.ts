import { GeoFileFault, openGeoDatabase } from "./geo-database.ts";

export type GeoFileCheck =
  | { readonly kind: "fine"; readonly databaseType: string; readonly holdsPlaces: boolean }
  /** `why` is the rest of a sentence that names the file. */
  | { readonly kind: "unusable"; readonly path: string; readonly why: string };

/** Types of databases that hold countries, of all vendors that name theirs so. */
const HOLDS_PLACES = /country|city|enterprise|insights|location/i;

/** Whether workers will be able to use the file. */
export function checkGeoFile(path: string): GeoFileCheck {
  try {
    const { databaseType } = openGeoDatabase(path, { onDamage: () => {} });
    return { kind: "fine", databaseType, holdsPlaces: HOLDS_PLACES.test(databaseType) };
  } catch (error) {
    const isSaid = error instanceof GeoFileFault;
    return { kind: "unusable", path, why: isSaid ? error.message : "it cannot be read" };
  }
}
