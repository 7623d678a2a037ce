/** What a database says of an address; null where it says nothing. */
export interface GeoFacts {
  /** ISO 3166, two letters in upper case. */
  readonly country: string | null;
  /** ISO 3166-2 without the country: the largest part of the country that the address lies in. */
  readonly subdivision: string | null;
  /** In English. */
  readonly city: string | null;
  readonly postalCode: string | null;
  /** Degrees. */
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** Market area of television, three digits. */
  readonly dmaCode: string | null;
  /** Of telephones, three digits. */
  readonly areaCode: string | null;
  /** Who provides the access, or whose network it is. */
  readonly isp: string | null;
}

/** A database of places by address. */
export interface GeoLookup {
  /** Null for what is no address, for addresses that the database does not hold, and where it is damaged. */
  lookUp(address: string): GeoFacts | null;
}
