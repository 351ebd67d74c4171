/**
 * What goes wrong in a world. Times are whole seconds from the beginning of the faults.
 *
 * @module
 */

import type { LinkQuality } from "../sim/link.ts";

/** When a fault begins and ends. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** One fault. Those with a single time happen at once. */
export type Fault =
  /** A link behaves otherwise. */
  | Span & {
    readonly kind: "link";
    readonly link: string;
    readonly quality: Partial<LinkQuality>;
  }
  /** A server, relay or gateway has no power, and starts anew. */
  | Span & { readonly kind: "outage"; readonly node: string }
  /** A client's host is suspended. Its clock goes on meanwhile, or stands still. */
  | Span & { readonly kind: "suspend"; readonly node: string; readonly clockGoesOn: boolean }
  /** The name service doesn't answer. */
  | Span & { readonly kind: "no names" }
  /** A NAT forgets its mappings. */
  | { readonly kind: "reboot"; readonly nat: string; readonly from: number }
  /** A NAT gets another external address. */
  | { readonly kind: "renumber"; readonly nat: string; readonly from: number }
  /** A client starts anew. */
  | { readonly kind: "restart"; readonly node: string; readonly from: number }
  /** A machine's clock leaps ahead by some seconds. */
  | { readonly kind: "leap"; readonly node: string; readonly from: number; readonly by: number }
  /** A server is gone for good, and its name stands for another address. */
  | { readonly kind: "move"; readonly server: string; readonly from: number };

/** "12 s to 40 s: link of natA, loss 0.2". */
export function describeFault(fault: Fault): string {
  const { kind, from, ...rest } = fault;
  const until = "to" in fault ? ` to ${fault.to} s` : "";
  const words = Object.entries(rest)
    .filter(([name]) => name !== "to")
    .map(([name, value]) => typeof value === "object" ? wordsOf(value) : `${name} ${value}`);
  return `${from} s${until}: ${[kind, ...words].join(", ")}`;
}

function wordsOf(quality: Partial<LinkQuality>): string {
  return Object.entries(quality).map(([name, value]) => `${name} ${value}`).join(", ");
}
