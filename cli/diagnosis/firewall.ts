/**
 * The firewall of this host, as far as `nft` shows it.
 *
 * Only what is certain is said: rules are followed in their order until one lets answers through,
 * and a rule counts only if nothing but the interface or the server's port limits it.
 *
 * @module
 */

import { platform } from "../../ffi/platform.ts";
import { TEREDO_PORT } from "../../protocol/constants.ts";

/** Packets to this host, or from it. */
type Direction = "input" | "output";

/**
 * What a chain drops:
 *
 * - `interface`: all packets of the client's interface
 * - `service`: UDP to the server
 * - `all`: whatever no rule accepts, and no rule accepts answers as such
 * - `new`: whatever no rule accepts, but answers get through
 */
type Dropped = "interface" | "service" | "all" | "new";

/** A chain that drops something. */
export interface DroppingChain {
  readonly hook: Direction;
  /** "inet filter input". */
  readonly name: string;
  readonly drops: Dropped;
}

/** What is known of the firewall. */
export type Firewall =
  | { readonly chains: readonly DroppingChain[] }
  /** Why it cannot be seen. */
  | { readonly unknown: string };

/**
 * Asks `nft`, which needs root.
 *
 * @param own the name of the client's interface, if a client runs
 */
export async function readFirewall(own: string | undefined): Promise<Firewall> {
  if (platform.firewall !== "nftables") {
    return { unknown: `${platform.name} has ${platform.firewall}, which is not looked at` };
  }
  try {
    const { success, stdout } = await new Deno.Command("nft", {
      args: ["--json", "list", "ruleset"],
      stdin: "null",
      stderr: "null",
    }).output();
    if (!success) return { unknown: "nft shows its rules to root only" };
    return { chains: droppingChains(JSON.parse(new TextDecoder().decode(stdout)), own) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { unknown: "nft is not installed" };
    return { unknown: "what nft shows cannot be read" };
  }
}

/** An object of nft's JSON. */
type Entry = Readonly<Record<string, unknown>>;

/** The chains of packets for this host and from it that drop something that Teredo needs. */
export function droppingChains(listing: unknown, own: string | undefined): DroppingChain[] {
  const entries = recordsIn(isRecord(listing) ? listing["nftables"] : undefined);
  const chains = entries.flatMap(({ chain }) => isRecord(chain) ? [chain] : []);
  const rules = entries.flatMap(({ rule }) => isRecord(rule) ? [rule] : []);
  return chains.flatMap((chain) => {
    const { family, table, name, hook, policy } = chain;
    if (hook !== "input" && hook !== "output") return [];
    const statements = (name: unknown) =>
      rules.filter((rule) =>
        rule["family"] === family && rule["table"] === table && rule["chain"] === name
      ).map((rule) => recordsIn(rule["expr"]));
    const walk = new Walk(hook, own, statements);
    const drops = walk.through(name) ?? (policy === "drop" ? walk.rest : undefined);
    return drops === undefined ? [] : [{ hook, name: `${family} ${table} ${name}`, drops }];
  });
}

/** Follows the rules of a chain. */
class Walk {
  readonly #hook: Direction;
  readonly #own: string | undefined;
  readonly #rulesOf: (chain: unknown) => Entry[][];
  readonly #seen = new Set<unknown>();
  #acceptsAnswers = false;

  constructor(
    hook: Direction,
    own: string | undefined,
    rulesOf: (chain: unknown) => Entry[][],
  ) {
    this.#hook = hook;
    this.#own = own;
    this.#rulesOf = rulesOf;
  }

  /** What is dropped if no rule decides otherwise. */
  get rest(): Dropped {
    return this.#acceptsAnswers ? "new" : "all";
  }

  /** What a rule drops, in the chain or in one that it leads to; `undefined` if none does. */
  through(chain: unknown): Dropped | undefined {
    if (this.#seen.has(chain)) return undefined;
    this.#seen.add(chain);
    for (const statements of this.#rulesOf(chain)) {
      const found = this.#of(statements);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #of(statements: readonly Entry[]): Dropped | undefined {
    const matches = statements.flatMap(({ match }) => isRecord(match) ? [match] : []);
    if (statements.some((each) => acceptsEstablished(each, matches))) {
      this.#acceptsAnswers = true;
      return undefined;
    }
    const chain = statements.map(({ jump, goto }) => jump ?? goto).find(isRecord);
    if (chain !== undefined && matches.every((match) => this.#isOwn(match))) {
      return this.through(chain["target"]);
    }
    const isDrop = statements.some((each) => "drop" in each || "reject" in each);
    if (!isDrop) return undefined;
    if (matches.length === 0) return this.rest;
    if (this.#acceptsAnswers && this.#hook === "input") return undefined;
    if (matches.every((match) => this.#isOwn(match))) return "interface";
    return this.#hook === "output" && matches.every(isService) ? "service" : undefined;
  }

  /** Whether a match holds for all that passes the client's interface. */
  #isOwn({ op, left, right }: Entry): boolean {
    if (op !== "==" || this.#own === undefined) return false;
    const key = keyOf(left, "meta");
    if (key === "nfproto") return right === "ipv6";
    const names = this.#hook === "input" ? ["iif", "iifname"] : ["oif", "oifname"];
    return names.includes(key) && valuesIn(right).some((name) => fits(name, this.#own!));
  }
}

function acceptsEstablished(statement: Entry, matches: readonly Entry[]): boolean {
  const { vmap } = statement;
  if (isRecord(vmap) && keyOf(vmap["key"], "ct") === "state") {
    return JSON.stringify(vmap["data"]).includes('["established",{"accept":null}]');
  }
  return "accept" in statement && matches.length === 1 &&
    matches.every(({ left, right }) =>
      keyOf(left, "ct") === "state" && valuesIn(right).includes("established")
    );
}

/** Whether a match holds for datagrams to a server. */
function isService({ op, left, right }: Entry): boolean {
  if (op !== "==") return false;
  if (keyOf(left, "meta") === "l4proto") return valuesIn(right).includes("udp");
  const payload = isRecord(left) ? left["payload"] : undefined;
  return isRecord(payload) && payload["protocol"] === "udp" && payload["field"] === "dport" &&
    valuesIn(right).includes(TEREDO_PORT);
}

/** The key of an expression such as `{ meta: { key: "iifname" } }`. */
function keyOf(expression: unknown, kind: "meta" | "ct"): string {
  const inner = isRecord(expression) ? expression[kind] : undefined;
  return isRecord(inner) ? String(inner["key"]) : "";
}

/** The values of a match: one, a list, or a set. */
function valuesIn(right: unknown): readonly unknown[] {
  if (Array.isArray(right)) return right;
  if (isRecord(right)) return valuesIn(right["set"] ?? []);
  return [right];
}

/** Whether a name, which may end in a wildcard, is that of the interface. */
function fits(name: unknown, own: string): boolean {
  if (typeof name !== "string") return false;
  return name.endsWith("*") ? own.startsWith(name.slice(0, -1)) : name === own;
}

function recordsIn(list: unknown): Entry[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

function isRecord(value: unknown): value is Entry {
  return typeof value === "object" && value !== null;
}
