/**
 * Native hosts far away: each echo request that reaches their interface is answered after a while.
 * Runs in the lab.
 *
 *     deno run -A distant_hosts.ts '{"tun": "far", "delay": 40}'    says "ready", and then serves
 *
 * @module
 */

import { openTun } from "../../ffi/open.ts";
import { Poller } from "../../ffi/polling/poller.ts";
import { isEchoRequest } from "../../wire/icmpv6.ts";
import { echoReply } from "../echo_reply.ts";

/** Where the hosts are. */
export interface DistantHosts {
  /** The interface to make for them. */
  readonly tun: string;
  /** Milliseconds until an answer leaves. */
  readonly delay: number;
}

/** No packet is longer. */
const LONGEST = 65_575;

/** Packets read before others have their turn. */
const PASS = 64;

async function serve({ tun: name, delay }: DistantHosts): Promise<void> {
  const tun = openTun(name);
  const buffer = new Uint8Array(LONGEST);
  const poller = new Poller();
  poller.add(tun.handle, () => {
    for (let count = 0; count < PASS; count++) {
      const length = tun.read(buffer);
      if (length === 0) return count === 0 ? "nothing" : "some";
      const packet = buffer.subarray(0, length);
      if (!isEchoRequest(packet)) continue;
      const reply = echoReply(packet);
      setTimeout(() => tun.write(reply), delay);
    }
    return "more";
  });
  Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
  await poller.run(new AbortController().signal);
}

if (import.meta.main) await serve(JSON.parse(Deno.args[0]!));
