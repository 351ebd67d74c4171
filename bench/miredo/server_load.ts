/**
 * Clients that qualify with a server, in a closed loop: runs within the lab.
 *
 *     deno run -A server_load.ts '{"primary":"83.1.1.1","secondary":"83.1.1.2","from":"83.4.0.0","clients":8,"seconds":2,"pid":1}'
 *
 * @module
 */

import { TEREDO_PORT } from "../../protocol/constants.ts";
import { endpoint } from "../../wire/endpoint.ts";
import { type Ipv4Address, parseIpv4 } from "../../wire/ipv4_address.ts";
import { runLoad } from "../virtual_clients.ts";
import { processorSeconds } from "./process_usage.ts";

/** What the program is told. */
export interface ServerLoad {
  readonly primary: string;
  readonly secondary: string;
  /** The address of the first client; the others have the next ones. */
  readonly from: string;
  /** How many clients there are, and so how many solicitations under way. */
  readonly clients: number;
  readonly seconds: number;
  /** The server's process, to tell what a qualification costs. */
  readonly pid: number;
}

/** Milliseconds that are not measured: a just-in-time compiler needs some ten thousand packets. */
const WARM_UP = 1500;

function address(text: string): Ipv4Address {
  const found = parseIpv4(text);
  if (found === undefined) throw new TypeError(`"${text}" is not an IPv4 address`);
  return found;
}

function main({ primary, secondary, from, clients, seconds, pid }: ServerLoad): void {
  const result = runLoad({
    clients,
    from: address(from),
    primary: endpoint(address(primary), TEREDO_PORT),
    secondary: endpoint(address(secondary), TEREDO_PORT),
    warmUp: WARM_UP,
    duration: seconds * 1000,
    cpuSeconds: () => processorSeconds(pid),
  });
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(result)}\n`));
}

if (import.meta.main) main(JSON.parse(Deno.args[0]!));
