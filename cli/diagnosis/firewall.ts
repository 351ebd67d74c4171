/**
 * The firewall of this host, as far as `nft` shows it.
 *
 * Only what is certain is said: the walk follows the rules in their order. A rule that drops counts
 * only if it names nothing but our interface or the server's port; a rule that may accept counts
 * even if it isn't understood.
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
    const end = walk.through(name, false) ?? (policy === "drop" ? walk.rest : undefined);
    if (end === undefined || end === "accepted") return [];
    return [{ hook, name: `${family} ${table} ${name}`, drops: end }];
  });
}

/** How the walk through a chain ends before the last rule. */
type End = Dropped | "accepted";

/** Follows the rules of a chain. */
class Walk {
  readonly #hook: Direction;
  readonly #own: string | undefined;
  readonly #rulesOf: (chain: unknown) => Entry[][];
  readonly #seen = new Set<string>();
  /** Whether a rule may accept the server's answers, or the datagrams to it. */
  #acceptsAnswers = false;
  #acceptsService = false;
  /** Whether a rule may accept what our interface needs. */
  #acceptsOwn = false;

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
    return this.#acceptsAnswers || this.#acceptsService ? "new" : "all";
  }

  /**
   * What decides in the chain or in one that it leads to; `undefined` if nothing does.
   *
   * @param onlyOwn whether only packets of our interface get there
   */
  through(chain: unknown, onlyOwn: boolean): End | undefined {
    const visit = `${onlyOwn} ${chain}`;
    if (this.#seen.has(visit)) return undefined;
    this.#seen.add(visit);
    for (const statements of this.#rulesOf(chain)) {
      const end = this.#of(statements, onlyOwn);
      if (end !== undefined) return end === "left" ? undefined : end;
    }
    return undefined;
  }

  #of(statements: readonly Entry[], onlyOwn: boolean): End | "left" | undefined {
    const matches = statements.flatMap(({ match }) => isRecord(match) ? [match] : []);
    const isPlain = statements.every(isUnderstood);
    const isForOwn = matches.every((match) => this.#isOwn(match));
    const jump = statements.find((each) => "jump" in each || "goto" in each);
    if (jump !== undefined && isPlain && isForOwn) {
      return this.#follow(jump, onlyOwn, matches.length === 0);
    }
    if (isPlain && matches.length === 0) {
      if (statements.some((each) => "return" in each)) return "left";
      if (!onlyOwn && statements.some((each) => "accept" in each)) return "accepted";
    }
    if (statements.some(mayAccept)) {
      const isForAnswers = [...matches, ...statements].some(isEstablished);
      this.#accept(matches, onlyOwn, isPlain, isForAnswers);
      return undefined;
    }
    const isDrop = statements.some((each) => "drop" in each || "reject" in each);
    return isDrop && isPlain
      ? this.#drop(matches, onlyOwn || statements.some(isOfIpv6))
      : undefined;
  }

  #follow({ jump, goto }: Entry, onlyOwn: boolean, isForAll: boolean): End | "left" | undefined {
    const target = jump ?? goto;
    const end = this.through(isRecord(target) ? target["target"] : undefined, onlyOwn || !isForAll);
    if (end !== undefined || goto === undefined) return end;
    // Nothing comes back from there.
    if (isForAll) return "left";
    this.#acceptsOwn = true;
    return undefined;
  }

  #accept(
    matches: readonly Entry[],
    onlyOwn: boolean,
    isPlain: boolean,
    isForAnswers: boolean,
  ): void {
    const others = matches.filter((match) => !isEstablished(match));
    const isForOwn = others.every((match) => this.#isOwn(match));
    const isForOthers = !onlyOwn && !others.some((match) => this.#isOwn(match));
    if (isForAnswers || !isPlain) {
      if (isForOthers) this.#acceptsAnswers = true;
      // What leaves has to begin connections, too.
      const isEnough = this.#hook === "input" || !isForAnswers;
      if (isEnough && !others.some((match) => this.#isOther(match))) this.#acceptsOwn = true;
    } else if (isForOwn) {
      this.#acceptsOwn = true;
    } else if (isForOthers && others.some((match) => this.#isService(match))) {
      this.#acceptsService = true;
    }
  }

  #drop(matches: readonly Entry[], onlyOwn: boolean): Dropped | undefined {
    if (matches.length === 0 && !onlyOwn) return this.rest;
    if (matches.every((match) => this.#isOwn(match))) {
      return this.#acceptsOwn || this.#own === undefined ? undefined : "interface";
    }
    if (onlyOwn || this.#hook === "input" || this.#acceptsService) return undefined;
    return matches.every((match) => this.#isService(match)) ? "service" : undefined;
  }

  /** Whether a match holds for all that passes the client's interface. */
  #isOwn({ op, left, right }: Entry): boolean {
    if (op !== "==" || this.#own === undefined) return false;
    if (keyOf(left, "meta") === "nfproto") return right === "ipv6";
    return this.#isInterface(left) && valuesIn(right).some((name) => fits(name, this.#own!));
  }

  /** Whether a match holds for nothing that passes the client's interface. */
  #isOther(match: Entry): boolean {
    const { op, left } = match;
    const isOfKind = keyOf(left, "meta") === "nfproto" || this.#isInterface(left);
    return op === "==" && isOfKind && !this.#isOwn(match);
  }

  #isInterface(left: unknown): boolean {
    const names = this.#hook === "input" ? ["iif", "iifname"] : ["oif", "oifname"];
    return names.includes(keyOf(left, "meta"));
  }

  /** Whether a match holds for datagrams to a server, or from it. */
  #isService({ op, left, right }: Entry): boolean {
    if (op !== "==") return false;
    if (keyOf(left, "meta") === "l4proto") return valuesIn(right).includes("udp");
    const payload = isRecord(left) ? left["payload"] : undefined;
    return isRecord(payload) && payload["protocol"] === "udp" &&
      payload["field"] === (this.#hook === "input" ? "sport" : "dport") &&
      valuesIn(right).includes(TEREDO_PORT);
  }
}

/** Statements that limit a rule by nothing but matches. */
const UNDERSTOOD = ["match", "counter", "log", "accept", "drop", "jump", "goto", "return"];

/** Whether it is certain what a statement does: not with `limit`, or with what we don't know. */
function isUnderstood(statement: Entry): boolean {
  const { reject } = statement;
  // "tcp reset" is for TCP only.
  if (isRecord(reject)) return reject["type"] !== "tcp reset";
  return "reject" in statement || UNDERSTOOD.some((name) => name in statement);
}

/** Whether it rejects IPv6 only: nft then omits the match of the protocol. */
function isOfIpv6({ reject }: Entry): boolean {
  return isRecord(reject) && reject["type"] === "icmpv6";
}

/** Whether packets may pass because of a statement, here or where it leads. */
function mayAccept(statement: Entry): boolean {
  const { vmap } = statement;
  if (!isRecord(vmap)) {
    return ["accept", "return", "jump", "goto"].some((name) => name in statement);
  }
  const verdicts = JSON.stringify(vmap["data"] ?? null);
  return keyOf(vmap["key"], "ct") === "state"
    ? verdicts.includes('["established",{"accept":null}]')
    : /"(accept|jump|goto)":/.test(verdicts);
}

/** Whether a match, or the key of a map of verdicts, is for packets of known connections. */
function isEstablished({ op, left, right, vmap }: Entry): boolean {
  if (isRecord(vmap)) return keyOf(vmap["key"], "ct") === "state";
  return op !== "!=" && keyOf(left, "ct") === "state" && valuesIn(right).includes("established");
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
