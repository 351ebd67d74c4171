import { assertEquals, assertMatch } from "@std/assert";
import { ClientMessages } from "../../../../cli/daemon/messages/client_messages.ts";
import type { ClientEvent, NatKind, OfflineReason } from "../../../../client/client_event.ts";
import type { SendTrouble } from "../../../../io/udp/send_watch.ts";
import { parseEndpoint } from "../../../../wire/endpoint.ts";
import { type Ipv4Address, parseIpv4 } from "../../../../wire/ipv4_address.ts";
import { parseIpv6 } from "../../../../wire/ipv6_address.ts";

const other = { primary: parseIpv4("192.0.2.11")!, secondary: parseIpv4("192.0.2.12")! };
const server = { primary: parseIpv4("192.0.2.1")!, secondary: parseIpv4("192.0.2.2")! };
const address = parseIpv6("2001:0:c000:201:0:63bf:39cc:9bf8")!;
const peer = parseIpv6("2001:db8::7")!;
const mapping = parseEndpoint("198.51.100.7:40000")!;

function report(
  name = "192.0.2.1",
  port = 40000,
  own = "192.168.1.10",
  trouble?: SendTrouble,
): ClientMessages {
  const nameOf = (primary: Ipv4Address) => primary === server.primary ? name : "b.example";
  const isOwn = (ipv4: Ipv4Address) => ipv4 === parseIpv4(own);
  return new ClientMessages({ nameOf, port, isOwn, trouble: () => trouble });
}

function line(event: ClientEvent, by = report()): string {
  const { level, text } = by.describe(event);
  return `${level}: ${text}`;
}

function qualified(previous?: Uint8Array, nat: NatKind = "restricted"): ClientEvent {
  return { type: "qualified", server, address, mapping, mtu: 1280, nat, previous };
}

function offline(reason: OfflineReason): ClientEvent {
  return { type: "offline", server, reason, retryIn: 30_000, previous: undefined };
}

Deno.test("client report: qualifying names the server, as it was given and where it is", () => {
  const event: ClientEvent = { type: "qualifying", server };
  assertEquals(line(event), "info: Asking server 192.0.2.1 for an address");
  assertEquals(
    line(event, report("teredo.example")),
    "info: Asking server teredo.example (192.0.2.1) for an address",
  );
});

Deno.test("client report: qualified behind a symmetric NAT says who can be reached", () => {
  assertMatch(
    line(qualified(undefined, "symmetric")),
    /behind a symmetric NAT: it reaches relays and peers that know RFC 6081, but not every peer behind /,
  );
});

Deno.test("client report: qualified tells the address, the mapping and what the NAT does", () => {
  const start = "info: Qualified: the Teredo address is 2001:0:c000:201:0:63bf:39cc:9bf8; " +
    "seen from outside as 198.51.100.7:40000, ";
  assertEquals(line(qualified()), `${start}behind a NAT that keeps the port; MTU 1280`);
  assertEquals(
    line(qualified(), report("192.0.2.1", 5000)),
    `${start}behind a NAT that replaces port 5000; MTU 1280`,
  );
  assertEquals(
    line(qualified(), report("192.0.2.1", 40000, "198.51.100.7")),
    `${start}without a NAT; MTU 1280`,
  );
});

Deno.test("client report: a changed address tells the old one too", () => {
  assertEquals(
    line(qualified(peer)),
    "info: The mapping changed: the Teredo address is 2001:0:c000:201:0:63bf:39cc:9bf8 now, " +
      "it was 2001:db8::7; seen from outside as 198.51.100.7:40000, " +
      "behind a NAT that keeps the port; MTU 1280",
  );
});

Deno.test("client report: a silent server, and its return", () => {
  assertEquals(
    line({ type: "server_silent", server }),
    "warn: Server 192.0.2.1 does not answer; asking again. Traffic with known peers goes on",
  );
  assertEquals(line({ type: "server_back", server }), "info: Server 192.0.2.1 answers again");
});

const REASONS: readonly [reason: OfflineReason, text: string][] = [
  [
    "no_reply_from_primary",
    "server 192.0.2.1 does not answer. Check that it is a Teredo server in service, that it " +
    "requires no --identifier and --secret-file, and that no firewall blocks UDP to its port 3544; or name another one with --server",
  ],
  [
    "symmetric_nat",
    "the NAT of this network is symmetric. It uses another port for each destination, so no peer " +
    "could reach this host. Use another network, or set the NAT to keep one mapping for each " +
    "inside port (endpoint-independent mapping, RFC 4787)",
  ],
  [
    "server_lost",
    "server 192.0.2.1 does not answer any more. Check this host's network",
  ],
  [
    "authentication_failed",
    "server 192.0.2.1 answers, but does not prove that it knows the secret. Check with its operator that " +
    "it has this --identifier with the same secret; for a server that asks for none, leave out " +
    "--identifier and --secret-file",
  ],
  [
    "new_key_needed",
    "server 192.0.2.1 wants a new key. Ask its operator for one",
  ],
];

for (const [reason, text] of REASONS) {
  Deno.test(`client report: off-line by ${reason}`, () => {
    assertEquals(line(offline(reason)), `warn: Off-line: ${text}. Next try in 30 s`);
  });
}

Deno.test("client report: a client with a secret is told that silence may be about that", () => {
  const view = { nameOf: () => "192.0.2.1", port: 40000, isOwn: () => false };
  const saying = (hasSecret: boolean) =>
    line(offline("no_reply_from_primary"), new ClientMessages({ ...view, hasSecret }))
      .includes("that it knows this --identifier with the same secret");
  assertEquals([saying(false), saying(true)], [false, true]);
});

Deno.test("client report: advice is given once, not with every new try", () => {
  const by = report();
  line(offline("server_lost"), by);
  assertEquals(
    line({ type: "qualifying", server }, by),
    "debug: Asking server 192.0.2.1 for an address",
  );
  assertEquals(
    line(offline("server_lost"), by),
    "info: Still off-line: server 192.0.2.1 does not answer any more. Next try in 30 s",
  );
  assertEquals(line(offline("symmetric_nat"), by).startsWith("warn: Off-line: "), true);
  line(qualified(), by);
  assertEquals(line(offline("symmetric_nat"), by).startsWith("warn: Off-line: "), true);
});

Deno.test("client report: with several servers the next one's turn is told, and the first one's return", () => {
  const by = report("a.example");
  line({ type: "qualifying", server }, by);
  assertEquals(
    line({ ...offline("server_lost"), retryIn: 0 } as ClientEvent, by),
    "warn: Off-line: server a.example (192.0.2.1) does not answer any more. " +
      "Check this host's network. Trying the next server",
  );
  assertEquals(
    line({ type: "qualifying", server: other }, by),
    "info: Asking server b.example (192.0.2.11) for an address",
  );
  line({ ...qualified(), server: other } as ClientEvent, by);
  assertEquals(
    line(qualified(peer), by).split(";")[0],
    "info: Back at server a.example (192.0.2.1): the Teredo address is " +
      "2001:0:c000:201:0:63bf:39cc:9bf8 now, it was 2001:db8::7",
  );
});

Deno.test("client report: C-01: native IPv6 is a state of its own, and told as such", () => {
  assertEquals(
    line({ type: "disabled", previous: undefined }),
    "warn: Disabled: native IPv6 present",
  );
  assertEquals(
    line({ type: "disabled", previous: address }),
    "warn: Disabled: native IPv6 present; " +
      "2001:0:c000:201:0:63bf:39cc:9bf8 is given up while it lasts",
  );
});

Deno.test("client report: peers are for who looks for a fault", () => {
  assertEquals(
    line({ type: "peer_reached", peer, mapping }),
    "debug: Peer 2001:db8::7 is reached at 198.51.100.7:40000",
  );
  assertEquals(
    line({ type: "peer_unreachable", peer }),
    "debug: Peer 2001:db8::7 does not answer",
  );
});

Deno.test("client report: a server that cannot be asked is not blamed for its silence", () => {
  const by = () => report(undefined, undefined, undefined, "ENETUNREACH");
  const cause = "erver 192.0.2.1 cannot be asked: this host cannot send: network is unreachable";
  assertEquals(line({ type: "server_silent", server }, by()), `warn: S${cause}`);
  for (const reason of ["no_reply_from_primary", "server_lost"] as const) {
    const expected = `warn: Off-line: s${cause}. Check this host's network. Next try in 30 s`;
    assertEquals(line(offline(reason), by()), expected);
  }
  assertMatch(line(offline("new_key_needed"), by()), /wants a new key/);
});
