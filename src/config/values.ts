// How the text of one setting becomes its value. Each reader says what it expected, never what it got:
// a value may be a secret, and the caller adds it where it may be shown.

import { isIP } from "node:net";
import type { Result } from "../model/result.ts";
import { err, ok } from "../model/result.ts";

export interface HostPort {
  readonly host: string;
  /** 0 asks for any free port. */
  readonly port: number;
}

/** Gives the value, or what was expected instead. */
export type ReadValue<T> = (text: string) => Result<T, string>;

const MAX_PORT = 65_535;
const HOST_PORT = /^(?:\[([0-9A-Fa-f:.%]+)\]|([A-Za-z0-9._-]+)):([0-9]{1,5})$/;
const DNS_LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;
const MAX_DOMAIN_CHARACTERS = 200;

export function readHostPort(text: string): Result<HostPort, string> {
  const expected = `HOST:PORT, with a port from 0 to ${MAX_PORT} and IPv6 addresses in brackets`;
  const match = HOST_PORT.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > MAX_PORT) return err(expected);
  if (match?.[1] !== undefined && isIP(host) !== 6) return err(expected);
  return ok({ host, port });
}

export function readWholeNumber(from: number, to: number): ReadValue<number> {
  return (text) => {
    const value = Number(text);
    if (!/^[0-9]{1,10}$/.test(text) || value < from || value > to) {
      return err(`a whole number from ${from} to ${to}`);
    }
    return ok(value);
  };
}

export function readOneOf<const T extends string>(words: readonly T[]): ReadValue<T> {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    return word === undefined ? err(`one of ${words.join(", ")}`) : ok(word);
  };
}

/** The words that switch a flag, as an environment variable or after `=`. */
export function readFlag(text: string): Result<boolean, string> {
  const word = text.toLowerCase();
  if (["1", "true", "on", "yes"].includes(word)) return ok(true);
  if (["0", "false", "off", "no"].includes(word)) return ok(false);
  return err("true or false");
}

export function readDomain(text: string): Result<string, string> {
  const domain = text.toLowerCase();
  const isDomain =
    domain.length <= MAX_DOMAIN_CHARACTERS &&
    domain.split(".").every((label) => DNS_LABEL.test(label));
  return isDomain ? ok(domain) : err("a domain name without a port, for example dcs.example.com");
}

export function readPath(text: string): Result<string, string> {
  return text === "" || text.includes("\0") ? err("a path") : ok(text);
}

/** What can stand in an `Authorization` header: visible ASCII, no spaces. */
export function readToken(text: string): Result<string, string> {
  return /^[\x21-\x7e]{1,512}$/.test(text)
    ? ok(text)
    : err("1 to 512 visible ASCII characters without spaces");
}

export function readSecret(text: string): Result<string, string> {
  return text.length >= 1 && text.length <= 1024 ? ok(text) : err("1 to 1024 characters");
}

const MAX_BLOCKS = 1000;

/** Addresses and CIDR blocks, separated by commas. */
export function readBlocks(text: string): Result<readonly string[], string> {
  const blocks = text.split(",").map((block) => block.trim());
  if (blocks.length <= MAX_BLOCKS && blocks.every(isBlock)) return ok(blocks);
  return err("addresses or CIDR blocks separated by commas, for example 10.0.0.0/8,::1");
}

function isBlock(block: string): boolean {
  const [address = "", bits, ...rest] = block.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (bits === undefined) return true;
  return /^[0-9]{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128);
}
