import { assertEquals } from "@std/assert";
import { describeServerEvent } from "../../../../cli/daemon/messages/server_messages.ts";
import type { LimitName, RefusalCause } from "../../../../server/server_event.ts";
import { parseEndpoint } from "../../../../wire/endpoint.ts";
import { parseIpv4 } from "../../../../wire/ipv4_address.ts";

const address = parseIpv4("192.0.2.7")!;

const LIMITS: readonly [limit: LimitName, text: string][] = [
  ["source", "The limit of bubbles from 192.0.2.7 is reached; the rest is dropped"],
  ["destination", "The limit of bubbles to 192.0.2.7 is reached; the rest is dropped"],
  [
    "total",
    "The limit of bubbles from all sources together, most recently 192.0.2.7, is reached; " +
    "the rest is dropped",
  ],
];

for (const [limit, text] of LIMITS) {
  Deno.test(`server report: the limit of ${limit} is reached`, () => {
    const event = { type: "limit_reached", limit, kind: "bubbles", address } as const;
    assertEquals(describeServerEvent(event), { level: "warn", text });
  });
}

Deno.test("server report: a retired key is named by its identifier", () => {
  const client = parseEndpoint("198.51.100.7:40000")!;
  const identifier = Uint8Array.of(0xab, 0xcd);
  assertEquals(describeServerEvent({ type: "retired_key_used", identifier, client }), {
    level: "info",
    text: 'The client at 198.51.100.7:40000 uses the retired secret of "hex:abcd"; ' +
      "it was asked to get the current one",
  });
});

const REFUSALS: readonly [cause: RefusalCause, identifier: string, why: string][] = [
  ["no_identifier", "", "it has no --identifier and --secret-file, which this server requires"],
  ["unknown_identifier", "bob", 'its identifier "bob" is not in the secrets file'],
  ["wrong_secret", "bob", 'its secret is not the one that the secrets file has for "bob"'],
];

for (const [cause, name, why] of REFUSALS) {
  Deno.test(`server report: a refused client is named with the reason, ${cause}`, () => {
    const client = parseEndpoint("198.51.100.7:40000")!;
    const identifier = new TextEncoder().encode(name);
    assertEquals(describeServerEvent({ type: "client_refused", cause, identifier, client }), {
      level: "warn",
      text: `The client at 198.51.100.7:40000 gets no answer: ${why}`,
    });
  });
}
