/** A server that goes on by another configuration, as after SIGHUP. */
import { assertEquals } from "@std/assert";
import { SecretTable } from "../../server/secret_store.ts";
import { SERVER_DEFAULTS } from "../../server/server_config.ts";
import { S1, ServerFixture, SOLICITATION } from "./server_fixture.ts";

const { limits } = SERVER_DEFAULTS;

/** How many of so many solicitations at once are answered. */
function answered(fixture: ServerFixture, count: number): number {
  let answers = 0;
  for (let i = 0; i < count; i++) if (fixture.receive(SOLICITATION).sent.length > 0) answers++;
  return answers;
}

Deno.test("server: limits can be turned on and off, and other changes refill no bucket", () => {
  const fixture = new ServerFixture({ limits });
  const { burst } = limits.solicitationsPerSource!;
  assertEquals(answered(fixture, 2 * burst), burst);
  fixture.server.reconfigure({ ...S1, limits: { ...limits }, advertisedMtu: 1472 });
  assertEquals(answered(fixture, burst), 0);
  fixture.server.reconfigure({ ...S1, limits: "off" });
  assertEquals(answered(fixture, burst), burst);
  fixture.server.reconfigure({ ...S1, limits });
  assertEquals(answered(fixture, 2 * burst), burst);
});

Deno.test("server: MTU, secrets and the need of a nonce can change, and what was counted stays", () => {
  const fixture = new ServerFixture();
  fixture.receive(SOLICITATION);
  fixture.server.reconfigure({ ...S1, advertisedMtu: 1472 });
  assertEquals(fixture.server.status().advertisedMtu, 1472);
  fixture.server.reconfigure({ ...S1, requireNonce: true });
  assertEquals(fixture.receive(SOLICITATION).sent, []);
  fixture.server.reconfigure({ ...S1, secrets: new SecretTable([]) });
  assertEquals(fixture.receive(SOLICITATION).sent, []);
  assertEquals(fixture.server.status().solicitationsAnswered, 1);
});
