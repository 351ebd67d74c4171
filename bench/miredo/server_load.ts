/**
 * Router Solicitations in a closed loop, each with a nonce of its own: runs within the lab.
 *
 *     deno run -A server_load.ts '{"from":"83.1.3.1","server":"83.1.1.1","shape":"singles","seconds":2,"pid":1}'
 *
 * @module
 */

import { TEREDO_PORT } from "../../protocol/constants.ts";
import {
  encodeAuthentication,
  NONCE_LENGTH,
  nonceOnly,
  parseAuthentication,
} from "../../wire/authentication.ts";
import { endpoint } from "../../wire/endpoint.ts";
import { type Ipv4Address, parseIpv4 } from "../../wire/ipv4_address.ts";
import { linkLocal } from "../../wire/ipv6_address.ts";
import { encodeRouterSolicitation } from "../../wire/neighbor_discovery.ts";
import { type Exchange, runLoad } from "../closed_loop.ts";
import { processorSeconds } from "./process_usage.ts";

/** What the program is told. */
export interface ServerLoad {
  readonly from: string;
  readonly server: string;
  readonly shape: keyof typeof LOADS;
  readonly seconds: number;
  /** The server's process, to tell what an answer costs. */
  readonly pid: number;
}

/** Sockets, and how many solicitations each has under way. */
const LOADS = {
  /** As on the Internet, where nothing joins what comes from many hosts. */
  singles: { sockets: 64, outstanding: 4, offload: false },
  /** What belongs to one port is sent and received in one piece: the most that a server can do. */
  bursts: { sockets: 16, outstanding: 16, offload: true },
} as const;

/** Milliseconds that are not measured: a just-in-time compiler needs some ten thousand packets. */
const WARM_UP = 1500;

/** A solicitation of a client behind a NAT; the nonce is the slot and the turn. */
function solicitations(): Exchange {
  const nonce = new Uint8Array(NONCE_LENGTH);
  const element = encodeAuthentication(nonceOnly(nonce));
  const solicitation = encodeRouterSolicitation(linkLocal(0xffff, 0xfffffffe));
  const datagram = new Uint8Array([...element, ...solicitation]);
  // The nonce is followed by one octet, the confirmation.
  const view = new DataView(datagram.buffer, element.length - 1 - NONCE_LENGTH);
  return {
    request(slot, turn) {
      view.setUint32(0, slot);
      view.setUint32(4, turn);
      return datagram;
    },
    identify(answer) {
      const found = parseAuthentication(answer);
      if (typeof found === "string") return undefined;
      const its = new DataView(found.nonce.buffer, found.nonce.byteOffset);
      return { slot: its.getUint32(0), turn: its.getUint32(4) };
    },
  };
}

function address(text: string): Ipv4Address {
  const found = parseIpv4(text);
  if (found === undefined) throw new TypeError(`"${text}" is not an IPv4 address`);
  return found;
}

async function main({ from, server, shape, seconds, pid }: ServerLoad): Promise<void> {
  const result = await runLoad({
    from: address(from),
    to: endpoint(address(server), TEREDO_PORT),
    ...LOADS[shape],
    warmUp: WARM_UP,
    duration: seconds * 1000,
    exchange: solicitations(),
    cpuSeconds: () => processorSeconds(pid),
  });
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(result)}\n`));
}

if (import.meta.main) await main(JSON.parse(Deno.args[0]!));
