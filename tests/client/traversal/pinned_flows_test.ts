import { assertEquals } from "@std/assert";
import { PinnedFlows } from "../../../client/traversal/pinned_flows.ts";
import { CLOSED_FLOW_VALIDITY, FLOW_VALIDITY } from "../../../client/timing.ts";
import { TCP_FLOW_VALIDITY } from "../../../protocol/constants.ts";
import { NextHeader } from "../../../wire/ipv6_header.ts";
import { setU16 } from "../../../memory/octets.ts";
import { ACTORS } from "../../vectors/vectors.ts";
import { packet } from "../client_fixture.ts";

const { TCP, UDP, ICMPV6 } = NextHeader;
const [FIN, SYN, RST, ACK] = [0x01, 0x02, 0x04, 0x10];

/** A packet of A to B between two ports. */
function segment(nextHeader: number, ports: [number, number], flags = ACK): Uint8Array {
  const bytes = packet(ACTORS.addressOfA, ACTORS.addressOfB, 20, nextHeader);
  setU16(bytes, 40, ports[0]);
  setU16(bytes, 42, ports[1]);
  bytes[53] = flags;
  return bytes;
}

Deno.test("a flow is known by its protocol and both ports", () => {
  const flows = new PinnedFlows();
  assertEquals(flows.has(segment(TCP, [1, 2]), 0), false);
  flows.note(segment(TCP, [1, 2]), 0);
  assertEquals(flows.has(segment(TCP, [1, 2]), 0), true);
  for (const other of [segment(TCP, [2, 1]), segment(TCP, [1, 3]), segment(UDP, [1, 2])]) {
    assertEquals(flows.has(other, 0), false);
  }
});

Deno.test("echoes belong to no flow, whatever their identifiers look like", () => {
  const flows = new PinnedFlows();
  flows.note(segment(ICMPV6, [1, 2]), 0);
  assertEquals(flows.has(segment(ICMPV6, [1, 2]), 0), false);
});

Deno.test("a connection outlasts two hours of silence, UDP two minutes", () => {
  for (const [protocol, validity] of [[TCP, TCP_FLOW_VALIDITY], [UDP, FLOW_VALIDITY]] as const) {
    const flows = new PinnedFlows();
    const segments = segment(protocol, [1, 2]);
    flows.note(segments, 0);
    assertEquals([validity - 1, validity].map((now) => flows.has(segments, now)), [true, false]);
    flows.note(segments, validity - 1);
    assertEquals(flows.has(segments, validity + 10_000), true);
  }
});

for (const [name, end] of [["FIN", FIN | ACK], ["RST", RST]] as const) {
  Deno.test(`after ${name} a connection is soon forgotten, and its last packets do not revive it`, () => {
    const flows = new PinnedFlows();
    flows.note(segment(TCP, [1, 2]), 0);
    flows.note(segment(TCP, [1, 2], end), 10);
    flows.note(segment(TCP, [1, 2]), 5_000);
    const times = [5_000 + CLOSED_FLOW_VALIDITY - 1, 5_000 + CLOSED_FLOW_VALIDITY];
    assertEquals(times.map((now) => flows.has(segment(TCP, [1, 2]), now)), [true, false]);
  });
}

Deno.test("a new connection between the same ports counts as new", () => {
  const flows = new PinnedFlows();
  flows.note(segment(TCP, [1, 2], RST), 0);
  flows.note(segment(TCP, [1, 2], SYN), 10_000);
  assertEquals(flows.has(segment(TCP, [1, 2]), 10_000 + CLOSED_FLOW_VALIDITY), true);
});

Deno.test("of too many flows the one that was used least recently is forgotten", () => {
  const flows = new PinnedFlows();
  for (let port = 0; port < 256; port++) flows.note(segment(UDP, [port, 9]), port);
  flows.note(segment(UDP, [0, 9]), 300);
  flows.note(segment(UDP, [256, 9]), 301);
  const known = [0, 1, 2, 256].map((port) => flows.has(segment(UDP, [port, 9]), 301));
  assertEquals(known, [true, false, true, true]);
});
