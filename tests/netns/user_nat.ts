/**
 * A NAT in user space, for real kernels on both sides: the simulator's NAT between two TUN
 * interfaces.
 *
 *     deno run -A user_nat.ts '{"kind":"cone","external":"83.1.2.1","inside":"tun-in",
 *       "outside":"tun-out","link":{"delay":0},"seed":"1/natA"}'
 *
 * It says "ready" when both interfaces are there. Giving them routes is the caller's part. At
 * SIGHUP it forgets all mappings, as after a power cut, and says "rebooted".
 *
 * @module
 */

import { openTun } from "../../ffi/open.ts";
import { Poller } from "../../ffi/polling/poller.ts";
import type { Tun } from "../../ffi/tun.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { Link, type LinkQuality } from "../sim/link.ts";
import { NAT, type NatKind, type PortAllocation } from "../sim/nat_behaviour.ts";
import { seededRandom } from "../sim/seeded_random.ts";
import { PacketNat, type Side } from "./packet_nat.ts";

/** What the program is told, as JSON in its one argument. */
export interface UserNatOptions {
  readonly kind: NatKind;
  /** How ports are chosen, if not in the way that the kind has. */
  readonly ports?: PortAllocation | undefined;
  /** Whether inside hosts reach each other by their external endpoints; true by default. */
  readonly hairpinning?: boolean | undefined;
  /** The NAT's IPv4 address on the outside. */
  readonly external: string;
  /** The names of the interfaces to make. */
  readonly inside: string;
  readonly outside: string;
  /** What packets suffer on their way through. */
  readonly link: Partial<LinkQuality>;
  /** What loss, delay and ports depend on. */
  readonly seed: string;
}

/** Packets read from one side at most before the other has its turn. */
const PASS = 64;

/** No IPv4 packet is longer. */
const LONGEST_PACKET = 65_535;

async function main(options: UserNatOptions): Promise<void> {
  const external = parseIpv4(options.external);
  if (external === undefined) throw new TypeError(`"${options.external}" is not an IPv4 address`);
  const kind = NAT[options.kind];
  const { ports = kind.ports, hairpinning = true } = options;
  const behaviour = { ...kind, ports, hairpinning };
  const nat = new PacketNat(external, behaviour, seededRandom(options.seed));
  const link = new Link({ delay: 0, ...options.link }, seededRandom(`${options.seed}/link`));
  const sides: Record<Side, Tun> = {
    inside: openTun(options.inside),
    outside: openTun(options.outside),
  };

  Deno.addSignalListener("SIGHUP", () => {
    nat.reboot();
    say("rebooted");
  });
  const poller = new Poller();
  connect("inside", (packet, now) => nat.fromInside(packet, now));
  connect("outside", (packet, now) => nat.fromOutside(packet, now));
  say("ready");
  await poller.run(new AbortController().signal);

  function connect(from: Side, translate: (packet: Uint8Array, now: number) => Side | undefined) {
    const buffer = new Uint8Array(LONGEST_PACKET);
    poller.add(sides[from].handle, () => {
      for (let count = 0; count < PASS; count++) {
        const length = sides[from].read(buffer);
        if (length === 0) return count === 0 ? "nothing" : "some";
        const packet = buffer.subarray(0, length);
        const to = translate(packet, performance.now());
        if (to !== undefined) carry(packet, sides[to]);
      }
      return "more";
    });
  }

  function carry(packet: Uint8Array, to: Tun): void {
    for (const delay of link.carry("data")) {
      if (delay === 0) {
        to.write(packet);
        continue;
      }
      const copy = packet.slice();
      setTimeout(() => to.write(copy), delay);
    }
  }
}

function say(word: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${word}\n`));
}

if (import.meta.main) await main(JSON.parse(Deno.args[0]!));
