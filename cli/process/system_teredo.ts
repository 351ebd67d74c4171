/**
 * The Teredo client that Windows itself brings, as `netsh` shows it.
 *
 * @module
 */

import { platform } from "../../ffi/platform.ts";

/** What Windows' own client does. */
export interface SystemTeredo {
  /** As what it is configured: "default", "client", "enterpriseclient", "disabled" and others. */
  readonly type: string;
  /** "offline", "dormant", "qualified" and others; `null` if that is not shown to this user. */
  readonly state: string | null;
  /** Its server; `null` if none is shown. */
  readonly server: string | null;
  /** What its NAT maps it to; `null` while it has no address. */
  readonly mapping: string | null;
}

/** How to switch it off; only an administrator may. */
export const SWITCH_OFF = "netsh interface teredo set state disabled";

/** How to point it to a server, also where the computer belongs to a domain. */
export function pointTo(server: string): string {
  return `netsh interface teredo set state type=enterpriseclient servername=${server}`;
}

/** Asks; `undefined` on a system that brings no client, or doesn't answer. */
export async function systemTeredo(
  command: readonly string[] | undefined = platform.ownTeredoCommand,
): Promise<SystemTeredo | undefined> {
  const [program, ...args] = command ?? [];
  if (program === undefined) return undefined;
  try {
    const { stdout } = await new Deno.Command(program, {
      args,
      stdin: "null",
      stderr: "null",
      signal: AbortSignal.timeout(TIMEOUT),
    }).output();
    // It is in a code page of the language, but what counts is in ASCII.
    return parseSystemTeredo(new TextDecoder("latin1").decode(stdout));
  } catch {
    return undefined;
  }
}

/** How long it may take, in milliseconds. */
const TIMEOUT = 5_000;

/**
 * Reads what `netsh interface teredo show state` prints.
 *
 * The names of the rows are in the language of the system, and the values are not. So rows are found
 * by their values: the type is the first one, the state is a word that Windows has for that, a
 * server is a name with a dot or an address, and mappings have a port. The last of these is the
 * outer one.
 */
export function parseSystemTeredo(text: string): SystemTeredo | undefined {
  const values = text.split(/\r?\n/).flatMap((line) => {
    // By hand, because an expression would look at each of many blanks again and again.
    const colon = line.indexOf(":");
    const rest = line.slice(colon + 1);
    const value = rest.trim();
    return colon > 0 && value !== "" && /^\s/.test(rest) ? [value] : [];
  });
  const [type] = values.flatMap((value) => /^[a-z]+/i.exec(value)?.[0] ?? []);
  if (type === undefined) return undefined;
  const mappings = values.flatMap((value) => /^\d+(?:\.\d+){3}:\d+$/.exec(value)?.[0] ?? []);
  return {
    type: type.toLowerCase(),
    state: values.find((value) => STATE.test(value)) ?? null,
    server: values.flatMap((value) => SERVER.exec(value)?.[1] ?? [])[0] ?? null,
    mapping: mappings.at(-1) ?? null,
  };
}

/** The states of Windows' client; in "probe (cone)" a detail follows. */
const STATE = /^(?:offline|dormant|probe|qualified|online)\b/i;

/** A name or an address. */
const SERVER = /^((?:[a-z\d-]+\.)+[a-z\d-]+)\.?(?: *\(.*\))?$/i;

/** Whether it sends and receives, or may do so at any time. */
export function isAtWork({ type, state }: SystemTeredo): boolean {
  return type !== "disabled" && state !== "offline";
}

/** What it does, as a sentence without its full stop. */
export function systemTeredoText(teredo: SystemTeredo): string {
  const { type, state, server, mapping } = teredo;
  if (type === "disabled") return "Windows' own Teredo client is switched off";
  const how = state === null ? `configured as ${type}` : state;
  const through = server === null ? "" : ` through ${server}`;
  const at = mapping === null ? "" : `, with the mapping ${mapping}`;
  return `Windows' own Teredo client is ${how}${through}${at}`;
}
