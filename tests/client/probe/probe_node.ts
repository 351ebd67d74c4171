/**
 * Probes in the simulated Internet.
 *
 * @module
 */

import type { ClientCredentials, ServerAddresses } from "../../../client/client_config.ts";
import type { LifetimeFindings, LifetimeSocket } from "../../../client/probe/mapping_lifetime.ts";
import { MappingLifetime, rungSocket } from "../../../client/probe/mapping_lifetime.ts";
import type { ServerFindings } from "../../../client/probe/findings.ts";
import {
  PROBE_SOCKETS,
  type ProbeSocket,
  ServerProbe,
} from "../../../client/probe/server_probe.ts";
import type { Machine } from "../../../protocol/machine.ts";
import { addressOf, type Endpoint, endpoint } from "../../../wire/endpoint.ts";
import { GlobalUnicast } from "../../../wire/global_unicast.ts";
import { type Ipv4Address, parseIpv4 } from "../../../wire/ipv4_address.ts";
import { Host } from "../../sim/host.ts";
import { Link, type LinkQuality } from "../../sim/link.ts";
import { MachineRunner } from "../../sim/machine_runner.ts";
import type { NatBox } from "../../sim/nat_box.ts";
import { seededRandom } from "../../sim/seeded_random.ts";
import type { World } from "../../sim/world.ts";

/** What both kinds of probe report. */
interface Complete {
  readonly type: "complete";
}

/** The virtual time that a probe may take at most, in milliseconds. */
const LIMIT = 3_600_000;

/** A host that probes, behind a NAT or on the Internet itself. */
export class ProbeNode {
  readonly #world: World;
  readonly #host: Host;
  readonly #address: Ipv4Address;

  constructor(world: World, nat: NatBox | undefined, quality: Partial<LinkQuality> = {}) {
    this.#world = world;
    this.#address = parseIpv4(nat === undefined ? "203.0.113.200" : "10.0.200.1")!;
    this.#host = new Host(
      "prober",
      {
        network: nat?.inside ?? world.internet,
        addresses: [this.#address],
        link: new Link({ delay: 1, ...quality }, seededRandom("link of the prober")),
      },
      world.clock,
      world.log,
    );
  }

  /** Probes a server, and measures how long that took. */
  probe(
    server: ServerAddresses,
    credentials?: ClientCredentials,
  ): ServerFindings & { readonly took: number } {
    const begun = this.#world.clock.now;
    const findings = this.#run<ProbeSocket, ServerFindings>(
      new ServerProbe({
        server,
        globalUnicast: new Policy(),
        random: seededRandom("prober"),
        timeout: 3000,
        credentials,
        isOwn: (at) => this.#isOwn(at),
      }),
      PROBE_SOCKETS,
    );
    return { ...findings, took: this.#world.clock.now - begun };
  }

  /** Tests how long mappings last. */
  lifetime(server: ServerAddresses, silences: readonly number[]): LifetimeFindings {
    const machine = new MappingLifetime({
      server: server.primary,
      silences,
      globalUnicast: new Policy(),
      random: seededRandom("prober"),
      timeout: 3000,
    });
    const rungs = silences.map((_, i) => rungSocket(i));
    return this.#run<LifetimeSocket, LifetimeFindings>(machine, ["service", ...rungs]);
  }

  #isOwn(at: Endpoint): boolean {
    return addressOf(at) === this.#address;
  }

  #run<Via extends string, Findings extends { readonly isComplete: boolean }>(
    machine: Machine<Via, Complete, Findings>,
    sockets: readonly Via[],
  ): Findings {
    const bound = sockets.map((via, i) => [via, endpoint(this.#address, 50_000 + i)]);
    const runner = new MachineRunner<Via, Complete, Findings>(this.#world.clock, {
      host: this.#host,
      sockets: Object.fromEntries(bound) as Record<Via, Endpoint>,
      onPacket: () => {},
    });
    runner.start(machine);
    this.#world.clock.runUntil(() => runner.status()!.isComplete, LIMIT);
    const findings = runner.status()!;
    runner.stop();
    if (runner.events.length !== 1) throw new Error(`${runner.events.length} times complete`);
    return findings;
  }
}

/** Documentation addresses count as global here, and those of the prober's network as well. */
class Policy extends GlobalUnicast {
  constructor() {
    super("rfc4380");
  }

  override has(): boolean {
    return true;
  }
}
