/**
 * The secret between a role and the programs that ask it over TCP, and its file:
 *
 *     49152 5f2c…e1      the port, a space, and the token in hexadecimal
 *
 * @module
 */

/** Octets of a token. */
const TOKEN_LENGTH = 32;

/** Where a role listens, and what it expects from those that ask. */
export interface TokenFile {
  readonly port: number;
  /** In hexadecimal. */
  readonly token: string;
}

/** A new token, in hexadecimal. */
export function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(TOKEN_LENGTH)).toHex();
}

/** The text of a file. */
export function formatTokenFile({ port, token }: TokenFile): string {
  return `${port} ${token}\n`;
}

/** What a file says; `undefined` if a role did not write it. */
export function parseTokenFile(text: string): TokenFile | undefined {
  const [, digits, token] = /^(\d{1,5}) ([\da-f]{64})\n$/.exec(text) ?? [];
  const port = Number(digits);
  return token !== undefined && port > 0 && port < 65_536 ? { port, token } : undefined;
}

/**
 * Proves to the sender of a challenge that one knows the token: HMAC-SHA-256 of the challenge, in
 * hexadecimal.
 */
export async function proofOf(token: string, challenge: string): Promise<string> {
  const text = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", text.encode(token), algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, text.encode(challenge))).toHex();
}

/** Whether two texts are the same, in a time that doesn't show where they differ. */
export function isSameSecret(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < b.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
