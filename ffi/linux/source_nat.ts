/**
 * The source NAT of Linux: a table of nf_tables. See {@linkcode SourceNat} for the contract.
 *
 *     hook forward, from the inner interface -> chain "leaving"
 *                   to the inner interface   -> chain "entering"
 *     hook input, from the inner interface   -> chain "admitted"
 *     hook postrouting, from the inner interface: masquerade
 *
 * What may begin a connection goes on in the chain "beginning", which has the limits.
 *
 * The filters see a packet's own addresses: forward and input come before the translation of the
 * source, and after that of an answer's destination.
 *
 * @module
 */

import { SOURCE_NAT_COUNTERS, type SourceNat, type SourceNatOptions } from "../source_nat.ts";
import { Forwarding, isForwarding } from "./forwarding.ts";
import { ForwardingNote } from "./forwarding_note.ts";
import { ECHO_REQUEST, FILTER_PRIORITY, inputChains } from "./input_filter.ts";
import { openTable } from "./nf_tables/open_table.ts";
import {
  accept,
  beginsConnection,
  cannotBeginConnection,
  count,
  exceedsConnections,
  fromInterface,
  fromSource,
  goTo,
  icmpv6OfType,
  isRedirected,
  notFromSource,
  ofConnection,
  refuse,
  type Statement,
  toDestination,
  toInterface,
  translateSource,
} from "./nf_tables/statement.ts";
import type { Chain, Rule, Table } from "./nf_tables/table.ts";

/** NF_IP6_PRI_NAT_SRC. */
const SOURCE_NAT_PRIORITY = 100;

const RESTORED = "Something switched off the forwarding of IPv6 packets. It is on again";

/** A counter that {@linkcode SOURCE_NAT_COUNTERS} names. */
type Counter = typeof SOURCE_NAT_COUNTERS[number];

/**
 * Switches source NAT on, and the forwarding of IPv6 packets if it is off. The rules are there
 * before the first packet is forwarded, and until after the last.
 *
 * @throws {RangeError} A counter's name is used twice.
 * @throws {ForwardingRefused} Forwarding is off and cannot be switched on here.
 * @throws {SystemError} The kernel refuses; the message says what to do.
 */
export function openLinuxSourceNat(options: SourceNatOptions): SourceNat {
  using stack = new DisposableStack();
  const forwarding = stack.use(new Forwarding(new ForwardingNote(options.notes)));
  const table = stack.use(openTable(sourceNatTable(options, isForwarding())));
  // In the end it must be off before the rules are gone.
  stack.defer(() => forwarding.disable());
  forwarding.enable();
  const parts = stack.move();
  return {
    isOwned: table.isOwned,
    putBack: forwarding.wasLeft,
    isLockForeign: forwarding.isLockForeign,
    isLockHidden: forwarding.isLockHidden,
    counts: () => table.counts(),
    obstacles: () => table.droppingChains("forward"),
    restore() {
      if (parts.disposed) return undefined;
      // The rules come first, so that nothing else is forwarded.
      const rules = table.restore();
      const switched = forwarding.restore() ? RESTORED : undefined;
      return [rules, switched].filter((each) => each !== undefined).join(". ") || undefined;
    },
    close: () => parts.dispose(),
  };
}

/**
 * The rules as a table.
 *
 * @param forwardsAlready whether other packets may be forwarded
 */
export function sourceNatTable(options: SourceNatOptions, forwardsAlready: boolean): Table {
  const limits = options.limits.map(({ name }) => name);
  const counters = [...SOURCE_NAT_COUNTERS, ...Object.keys(options.refused), ...limits];
  if (new Set(counters).size < counters.length) {
    throw new RangeError(`A counter's name is used twice: ${counters.join(", ")}`);
  }
  return {
    name: options.table,
    counters,
    sets: limits,
    chains: [
      forwardChain(options, forwardsAlready),
      leavingChain(options),
      ...options.admitsTests ? [leavingTestsChain(options, forwardsAlready)] : [],
      enteringChain(options),
      ...inputChains(
        options.interface,
        options.services,
        counter("own_service"),
        begin(options),
      ),
      ...options.limits.length === 0 ? [] : [beginningChain(options)],
      translatingChain(options),
    ],
  };
}

/** Lets a connection begin, within the limits. */
function begin({ limits }: SourceNatOptions): Statement {
  return limits.length === 0 ? accept() : goTo("beginning");
}

/** The sets have the names of the counters. */
function beginningChain({ limits }: SourceNatOptions): Chain {
  return {
    name: "beginning",
    rules: limits.map(({ name, octets, atMost }): Rule => [
      exceedsConnections(name, octets, atMost),
      refuse(name),
    ]),
  };
}

function forwardChain(options: SourceNatOptions, forwardsAlready: boolean): Chain {
  const { interface: inner, sources, admitsTests } = options;
  const tests: Rule[] = admitsTests ? [[fromSource(sources), goTo("leaving_tests")]] : [];
  return {
    name: "forward",
    hook: { type: "filter", at: "forward", priority: FILTER_PRIORITY },
    rules: [
      [fromInterface(inner), goTo("leaving")],
      [toInterface(inner), goTo("entering")],
      ...tests,
      ...refuseOthers(forwardsAlready),
    ],
  };
}

/**
 * What is refused is refused to the first packet of a connection, so that the others pass one rule.
 */
function leavingChain(options: SourceNatOptions): Chain {
  return {
    name: "leaving",
    rules: [
      [ofConnection(), accept()],
      [cannotBeginConnection(), refuse(counter("no_connection"))],
      [notFromSource(options.sources), refuse(counter("foreign_source"))],
      [
        toInterface(options.interface),
        options.turnsAround ? begin(options) : refuse(counter("turned_around")),
      ],
      // A port of this host that the host passes on, to a container for instance, never meets the
      // chain for its own.
      [isRedirected(), refuse(counter("own_service"))],
      ...refuseDestinations(options),
      ...options.limits.length === 0 ? [] : [[begin(options)]],
    ],
  };
}

/** Echo requests to places that clients may reach. Servers send nothing else from `sources`. */
function leavingTestsChain(options: SourceNatOptions, forwardsAlready: boolean): Chain {
  return {
    name: "leaving_tests",
    rules: [
      ...refuseDestinations(options),
      [icmpv6OfType(ECHO_REQUEST), begin(options)],
      ...refuseOthers(forwardsAlready),
    ],
  };
}

/** Places that clients may not reach. */
function refuseDestinations({ refused }: SourceNatOptions): Rule[] {
  return Object.entries(refused).flatMap(([name, prefixes]) =>
    prefixes.map((prefix): Rule => [toDestination(prefix), refuse(name)])
  );
}

/** Where forwarding is on only for the gateway, it is on for its own packets only. */
function refuseOthers(forwardsAlready: boolean): Rule[] {
  return forwardsAlready ? [] : [[refuse(counter("other_interfaces"))]];
}

function enteringChain({ sources, admitsUnsolicited }: SourceNatOptions): Chain {
  const newcomers: Rule[] = admitsUnsolicited
    ? [[beginsConnection(), toDestination(sources), accept()]]
    : [];
  return {
    name: "entering",
    rules: [
      [ofConnection(), accept()],
      ...newcomers,
      [refuse(counter("unsolicited"))],
    ],
  };
}

/** The kernel asks this chain about the first packet of a connection only. */
function translatingChain({ interface: inner, sources, admitsTests }: SourceNatOptions): Chain {
  const leaves: Rule = [count(counter("connections")), translateSource()];
  const tests: Rule[] = admitsTests
    ? [[fromSource(sources), icmpv6OfType(ECHO_REQUEST), ...leaves]]
    : [];
  return {
    name: "postrouting",
    hook: { type: "nat", at: "postrouting", priority: SOURCE_NAT_PRIORITY },
    rules: [[fromInterface(inner), fromSource(sources), ...leaves], ...tests],
  };
}

/** Its name, which the compiler checks. */
function counter(name: Counter): string {
  return name;
}
