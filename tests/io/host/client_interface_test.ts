import { assertEquals } from "@std/assert";
import type { Interface, Prefix } from "../../../ffi/interface.ts";
import { ClientInterface } from "../../../io/host/client_interface.ts";
import { openLog } from "../../../cli/process/open_log.ts";
import { formatIpv6, parseIpv6 } from "../../../wire/ipv6_address.ts";

const ONE = parseIpv6("2001:0:5301:101:1:2:3:4")!;
const OTHER = parseIpv6("2001:0:5301:101:5:6:7:8")!;

/** An interface that keeps what is asked of it, and may refuse. */
class FakeInterface implements Interface {
  readonly calls: string[] = [];
  refusal: Error | undefined;

  setMtu(octets: number): void {
    this.#call(`mtu ${octets}`);
  }

  bringUp(): void {
    this.#call("up");
  }

  addAddress(address: Uint8Array, prefixLength: number): void {
    this.#call(`+ ${formatIpv6(address)}/${prefixLength}`);
  }

  removeAddress(address: Uint8Array, prefixLength: number): void {
    this.#call(`- ${formatIpv6(address)}/${prefixLength}`);
  }

  addRoute({ address, length }: Prefix, metric?: number): void {
    this.#call(`+ route ${formatIpv6(address)}/${length} ${metric ?? ""}`.trim());
  }

  removeRoute({ address, length }: Prefix, metric?: number): void {
    this.#call(`- route ${formatIpv6(address)}/${length} ${metric ?? ""}`.trim());
  }

  close(): void {}

  #call(call: string): void {
    if (this.refusal) throw this.refusal;
    this.calls.push(call);
  }
}

function make(hasDefaultRoute = true) {
  const lines: string[] = [];
  const fake = new FakeInterface();
  const log = openLog("debug", (line) => lines.push(line));
  const network = new ClientInterface(fake, hasDefaultRoute, log);
  return { fake, network, lines, calls: fake.calls };
}

Deno.test("client interface: it comes up silently, and gets address and routes when qualified", () => {
  const { network, calls } = make();
  network.prepare(1280);
  assertEquals(calls.splice(0), ["mtu 1280", "up"]);
  network.up(ONE, 1280);
  assertEquals(calls, [
    "+ 2001:0:5301:101:1:2:3:4/128",
    "+ route 2001::/32",
    "+ route ::/0 1029",
  ]);
});

Deno.test("client interface: a changed mapping replaces the address and keeps the routes", () => {
  const { network, calls } = make();
  network.up(ONE, 1280);
  calls.length = 0;
  network.up(OTHER, 1280);
  assertEquals(calls, ["+ 2001:0:5301:101:5:6:7:8/128", "- 2001:0:5301:101:1:2:3:4/128"]);
});

Deno.test("client interface: the default route comes and goes, and nothing else with it", () => {
  const { network, calls } = make(false);
  network.setDefaultRoute(true);
  assertEquals(calls, [], "not before there is an address");
  network.up(ONE, 1280);
  assertEquals(calls.splice(0).at(-1), "+ route ::/0 1029");
  network.setDefaultRoute(true);
  network.setDefaultRoute(false);
  assertEquals(calls.splice(0), ["- route ::/0 1029"]);
  network.setDefaultRoute(true);
  assertEquals(calls.splice(0), ["+ route ::/0 1029"]);
  network.setDefaultRoute(false);
  network.down();
  assertEquals(calls.slice(1), ["- route 2001::/32", "- 2001:0:5301:101:1:2:3:4/128"]);
});

Deno.test("client interface: off-line, routes and address go", () => {
  const { network, calls } = make();
  network.up(ONE, 1280);
  calls.length = 0;
  network.down();
  assertEquals(calls, [
    "- route ::/0 1029",
    "- route 2001::/32",
    "- 2001:0:5301:101:1:2:3:4/128",
  ]);
  network.down();
  assertEquals(calls.length, 3);
});

Deno.test("client interface: what somebody took is given back, and nothing that it should not have", () => {
  const { network, calls } = make();
  network.restore();
  assertEquals([calls.splice(0), network.needs(ONE)], [["up"], false]);
  network.up(ONE, 1280);
  calls.length = 0;
  network.restore();
  assertEquals(calls, [
    "up",
    "+ 2001:0:5301:101:1:2:3:4/128",
    "+ route 2001::/32",
    "+ route ::/0 1029",
  ]);
  assertEquals([network.needs(ONE.slice()), network.needs(OTHER)], [true, false]);
  assertEquals(network.needs(ONE.slice(0, 4)), false);
});

Deno.test("client interface: without a default route only Teredo goes through it", () => {
  const { network, calls } = make(false);
  network.up(ONE, 1280);
  network.down();
  assertEquals(calls.filter((call) => call.includes("route")), [
    "+ route 2001::/32",
    "- route 2001::/32",
  ]);
});

Deno.test("client interface: the address is remembered as it was, though its bytes are lent", () => {
  const { network, calls } = make();
  const lent = ONE.slice();
  network.up(lent, 1280);
  lent.fill(0);
  network.down();
  assertEquals(calls.at(-1), "- 2001:0:5301:101:1:2:3:4/128");
});

Deno.test("client interface: another MTU is set, the same one is left alone", () => {
  const { network, calls } = make();
  network.prepare(1280);
  network.up(ONE, 1300);
  network.up(ONE, 1300);
  assertEquals(calls.filter((call) => call.startsWith("mtu")), ["mtu 1280", "mtu 1300"]);
});

Deno.test("client interface: a refusal is logged with its remedy, and the client goes on", () => {
  const { network, fake, lines } = make();
  fake.refusal = new Error("Cannot route 2001::/32: IPv6 is switched off");
  network.up(ONE, 1280);
  network.down();
  assertEquals(lines.length, 2);
  assertEquals(lines[0]!.includes("error Cannot route 2001::/32: IPv6 is switched off"), true);
});
