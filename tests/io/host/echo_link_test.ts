import { assertEquals } from "@std/assert";
import { EchoLink } from "../../../io/host/echo_link.ts";
import type { HostLink } from "../../../io/host/host_link.ts";
import {
  echoDataOf,
  encodeEcho,
  encodeIcmpv6Error,
  Icmpv6Type,
  UnreachableCode,
} from "../../../wire/icmpv6.ts";
import { destinationOf, sourceOf } from "../../../wire/ipv6_header.ts";
import { ip6 } from "../../vectors/vectors.ts";

const OWN = ip6("2001:0:5301:101::1");
const PEER = ip6("2001:db8::1");

/** A link to a host that counts what it is handed. */
function counting() {
  const host = { packets: 0 };
  const link: HostLink = {
    write: () => {
      host.packets++;
      return true;
    },
    flush: () => {},
    run: () => Promise.resolve(),
  };
  return { host, link: new EchoLink(link) };
}

/** The answer to an echo request, with changes. */
function answer(request: Uint8Array, changes: { data?: Uint8Array; source?: Uint8Array } = {}) {
  return encodeEcho({
    type: Icmpv6Type.ECHO_REPLY,
    source: changes.source ?? destinationOf(request),
    destination: sourceOf(request),
    identifier: 0,
    sequence: 0,
    data: changes.data ?? echoDataOf(request),
  });
}

Deno.test("echo: the answer ends at the ping, and all else at the host", async () => {
  const { host, link } = counting();
  const outcome = await link.ping(OWN, PEER, 10_000, (request) => {
    link.write(answer(request, { data: new Uint8Array(16) }));
    link.write(answer(request, { source: ip6("2001:db8::2") }));
    link.write(request);
    assertEquals(host.packets, 3);
    link.write(answer(request));
    return true;
  });
  assertEquals([outcome, host.packets], ["answered", 3]);
});

Deno.test("echo: without a ping under way, answers are the host's", async () => {
  const { host, link } = counting();
  let late: Uint8Array | undefined;
  const outcome = await link.ping(OWN, PEER, 1, (request) => {
    late = answer(request);
    return true;
  });
  link.write(late!);
  assertEquals([outcome, host.packets], ["silent", 1]);
});

Deno.test("echo: an error about the request says that it cannot be delivered", async () => {
  const { host, link } = counting();
  const outcome = await link.ping(OWN, PEER, 10_000, (request) => {
    const error = (about: Uint8Array) =>
      encodeIcmpv6Error({
        type: Icmpv6Type.DESTINATION_UNREACHABLE,
        code: UnreachableCode.ADDRESS,
        source: ip6("fe80::1"),
        about,
      });
    const other = request.slice();
    other[other.length - 1]! ^= 1;
    link.write(error(other));
    link.write(error(request.subarray(0, 44)));
    link.write(error(request));
    return true;
  });
  assertEquals([outcome, host.packets], ["unreachable", 2]);
});

Deno.test("echo: what is not sent is not waited for", async () => {
  const { link } = counting();
  assertEquals(await link.ping(OWN, PEER, 10_000, () => false), "refused");
});
