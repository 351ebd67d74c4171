/**
 * A router that answers PCP, NAT-PMP and UPnP as it is told to:
 *
 *     deno run -A lying_router.ts '{"options": {...}, "body": "garbage"}'
 *
 * It says how much of a long body it got rid of.
 *
 * @module
 */

import { ROUTER_PORT } from "../../portmap/pcp.ts";
import { SSDP_PORT } from "../../portmap/ssdp.ts";
import { endpoint } from "../../wire/endpoint.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { FakeRouter, HTTP_PORT, type RouterOptions } from "../portmap/fake_router.ts";
import { pause } from "../pause.ts";

/** What a router does instead of describing itself. */
type LyingBody = "honest" | "garbage" | "drip";

/** How a router lies. */
export interface Lie {
  readonly options: RouterOptions;
  readonly body?: LyingBody;
}

const GARBAGE = 10 * 1024 * 1024;

/** How often an octet drips, in milliseconds. */
const DRIP = 50;

async function serveDatagrams(router: FakeRouter, port: number): Promise<void> {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "0.0.0.0", port });
  for await (const [bytes, from] of socket) {
    const client = from as Deno.NetAddr;
    const to = endpoint(router.address, port);
    const answer = router.answer(bytes, to, parseIpv4(client.hostname)!);
    if (answer !== undefined) await socket.send(answer.bytes, client);
  }
}

async function serveHttp(router: FakeRouter, body: LyingBody): Promise<void> {
  for await (const connection of Deno.listen({ port: HTTP_PORT })) {
    respond(router, body, connection).catch(() => {});
  }
}

async function respond(router: FakeRouter, body: LyingBody, connection: Deno.TcpConn) {
  using _ = connection;
  const buffer = new Uint8Array(65_536);
  const count = await connection.read(buffer) ?? 0;
  const request = new TextDecoder().decode(buffer.subarray(0, count));
  if (body === "honest") {
    const response = router.respond(request, parseIpv4(connection.remoteAddr.hostname)!) ?? "";
    await connection.write(new TextEncoder().encode(response));
    return;
  }
  const piece = new TextEncoder().encode(body === "drip" ? "<" : "<a>&amp;".repeat(8192));
  let sent = 0;
  try {
    await connection.write(new TextEncoder().encode("HTTP/1.1 200 OK\r\n\r\n"));
    while (sent < GARBAGE) {
      sent += await connection.write(piece);
      if (body === "drip") await pause(DRIP);
    }
  } finally {
    say(`sent ${sent} octets of ${body}`);
  }
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) {
  const [address, lie] = Deno.args;
  const { options, body = "honest" }: Lie = JSON.parse(lie!);
  const router = new FakeRouter({ ...options, address: parseIpv4(address!)! });
  say("ready");
  await Promise.race([
    serveDatagrams(router, ROUTER_PORT),
    serveDatagrams(router, SSDP_PORT),
    serveHttp(router, body),
  ]);
}
