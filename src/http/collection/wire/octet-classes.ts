// Which octets may stand where: classes of characters for regular expressions, one octet a character.

/** Of a token: names of headers, methods. */
export const TOKEN_OCTET = "[!#$%&'*+.^_`|~0-9A-Za-z-]";

/** Of a header's value: all but control characters; a tab is none here. */
export const VALUE_OCTET = "[\\t\\x20-\\x7e\\x80-\\xff]";

/** Of a request's target: neither white space nor control characters, and nothing beyond ASCII. */
export const TARGET_OCTET = "[!-~]";
