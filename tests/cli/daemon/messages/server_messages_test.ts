import { assertEquals } from "@std/assert";
import { describeServerEvent } from "../../../../cli/daemon/messages/server_messages.ts";
import type { RefusalCause } from "../../../../server/server_event.ts";
import type { ServerLimit } from "../../../../server/server_limits.ts";
import { parseEndpoint } from "../../../../wire/endpoint.ts";

const CLIENT = parseEndpoint("192.0.2.7:4096")!;

const LIMITS: readonly [limit: ServerLimit, what: string, name: string][] = [
  ["bubblesPerSource", "bubbles from 192.0.2.7:4096", "bubbles-per-source"],
  ["bubblesPerAddress", "bubbles from 192.0.2.7, whichever the port,", "bubbles-per-address"],
  [
    "solicitationsInTotal",
    "solicitations from all sources together, most recently 192.0.2.7:4096,",
    "solicitations-in-total",
  ],
  ["toClient", "packets to the client at 192.0.2.7:4096", "to-client"],
  ["toAddress", "packets to clients at 192.0.2.7", "to-address"],
  ["toHost", "echoes to one native host, most recently from 192.0.2.7:4096,", "to-host"],
];

for (const [limit, what, name] of LIMITS) {
  Deno.test(`server report: the limit ${name} is reached`, () => {
    const { level, text } = describeServerEvent({ type: "limit_reached", limit, endpoint: CLIENT });
    assertEquals(level, "warn");
    assertEquals(
      text,
      `The limit of ${what} is reached; the rest is dropped (--limits ${name}= changes it)`,
    );
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
