/**
 * The firewall of this host, as far as `nft` shows it.
 *
 * @module
 */

/** A chain that drops what none of its rules accepts. */
interface DroppingChain {
  readonly hook: "input" | "output";
  /** "inet filter input". */
  readonly name: string;
}

/** What is known of the firewall. */
export type Firewall =
  | { readonly chains: readonly DroppingChain[] }
  /** Why it cannot be seen. */
  | { readonly unknown: string };

/** Asks `nft`, which needs root. */
export async function readFirewall(): Promise<Firewall> {
  try {
    const { success, stdout } = await new Deno.Command("nft", {
      args: ["--json", "list", "chains"],
      stdin: "null",
      stderr: "null",
    }).output();
    if (!success) return { unknown: "nft shows its rules to root only" };
    return { chains: droppingChains(JSON.parse(new TextDecoder().decode(stdout))) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { unknown: "nft is not installed" };
    return { unknown: "what nft shows cannot be read" };
  }
}

/** The chains of packets for this host and from it that drop by default. */
export function droppingChains(listing: unknown): DroppingChain[] {
  const entries = isRecord(listing) && Array.isArray(listing["nftables"])
    ? listing["nftables"]
    : [];
  return entries.flatMap((entry: unknown) => {
    const chain = isRecord(entry) ? entry["chain"] : undefined;
    if (!isRecord(chain) || chain["policy"] !== "drop") return [];
    const { family, table, name, hook } = chain;
    if (hook !== "input" && hook !== "output") return [];
    return [{ hook, name: `${family} ${table} ${name}` }];
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
