/** Holds docs/protocol.md to the code. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { NAT } from "../sim/nat_behaviour.ts";
import { World } from "../sim/world.ts";
import { arrowOf, arrowsBelow } from "./sequence_diagram.ts";

const ROOT = new URL("../../", import.meta.url);
const DOCUMENT = await Deno.readTextFile(new URL("docs/protocol.md", ROOT));

/** A row of a table of sections: section, subject, file, names. */
const ROW = /^\| (§[^|]+?) +\| [^|]+ \| \[([^\]]+)\]\(\.\.\/([^)]+)\) +\| ([^|]+?) +\|$/gm;

/**
 * Whether a source exports `name`; for `Class.member`, whether the class has the member as well.
 */
function exports(source: string, name: string): boolean {
  const [exported, member] = name.split(".");
  const declaration = new RegExp(
    `^export (?:abstract )?(?:async )?(?:function\\*?|class|const|interface|type) ${exported}\\b`,
    "m",
  );
  const method = new RegExp(
    `^  (?:(?:public|protected|static|override|abstract|async|get) )*${member}(?:<[^(]*>)?\\(`,
    "m",
  );
  return declaration.test(source) && (member === undefined || method.test(source));
}

Deno.test("protocol.md: every file that it names exists, and exports the names beside it", async () => {
  const rows = [...DOCUMENT.matchAll(ROW)];
  const links = DOCUMENT.match(/\]\(\.\.\/[^)]+\.ts\)/g) ?? [];
  assertEquals(rows.length, links.length, "a row is not as this test expects");
  assert(rows.length > 40);
  const missing: string[] = [];
  for (const [, section, text, file, names] of rows) {
    assertEquals(text, file, "a link leads elsewhere than it says");
    const source = await Deno.readTextFile(new URL(file!, ROOT));
    const each = names!.split(", ");
    for (const quoted of each) {
      const name = /^`(\w+(?:\.\w+)?)`$/.exec(quoted)?.[1];
      if (name === undefined || !exports(source, name)) {
        missing.push(`${section}: ${file} has no ${quoted}`);
      }
    }
  }
  assertEquals(missing, []);
});

Deno.test("protocol.md: names that are not there are noticed", () => {
  const source = "export class A {\n  protected override b(): void {}\n}\nfunction c() {}\n";
  assertEquals(["A", "A.b", "A.d", "c", "b"].map((name) => exports(source, name)), [
    true,
    true,
    false,
    false,
    false,
  ]);
});

/** Alice behind a NAT, with the server and relay of the diagrams. */
function stage() {
  const world = new World();
  const server = world.server();
  const alice = world.client("alice", { server, behind: world.nat("natA", NAT.portRestricted) });
  return { world, server, alice };
}

/** The arrows of what is sent while `talk` takes place; until it is over, and no longer. */
function arrowsWhile(world: World, talk: () => void): string[] {
  const since = world.clock.now;
  talk();
  world.pass(2);
  return world.log.find({ since }).map(arrowOf);
}

Deno.test("protocol.md: qualification is as it is drawn", () => {
  const { world } = stage();
  assertEquals(arrowsWhile(world, () => world.settle()), arrowsBelow("Qualification", DOCUMENT));
});

Deno.test("protocol.md: client to client is as it is drawn", () => {
  const { world, server, alice } = stage();
  const bob = world.client("bob", { server, behind: world.nat("natB", NAT.portRestricted) });
  world.settle();
  const arrows = arrowsWhile(world, () => alice.ping(bob));
  assertEquals(arrows, arrowsBelow("Client to client", DOCUMENT));
});

Deno.test("protocol.md: a client behind a symmetric NAT meets another as is drawn", () => {
  const world = new World();
  const server = world.server();
  const alice = world.client("alice", { server, behind: world.nat("natA", NAT.symmetric) });
  const behind = world.nat("natB", NAT.addressRestricted);
  const bob = world.client("bob", { server, behind });
  world.settle();
  const arrows = arrowsWhile(world, () => alice.ping(bob));
  assertEquals(arrows, arrowsBelow("Client behind a symmetric NAT", DOCUMENT));
});

Deno.test("protocol.md: client to native host is as it is drawn", () => {
  const { world, alice } = stage();
  world.relay();
  const native = world.nativeHost("native");
  world.settle();
  const arrows = arrowsWhile(world, () => alice.ping(native));
  assertEquals(arrows, arrowsBelow("Client to native host", DOCUMENT));
});

Deno.test("protocol.md: native host to client is as it is drawn", () => {
  const { world, alice } = stage();
  world.relay();
  const native = world.nativeHost("native");
  world.settle();
  const arrows = arrowsWhile(world, () => native.ping(alice));
  assertEquals(arrows, arrowsBelow("Native host to client", DOCUMENT));
});

Deno.test("protocol.md: a diagram says nothing that is neither arrow nor note", () => {
  const markdown = "\n### A\n\n```mermaid\nsequenceDiagram\n    a-)b: bubble\n```\n";
  assertThrows(() => arrowsBelow("A", markdown), Error, "Neither arrow nor note");
  assertThrows(() => arrowsBelow("B", markdown), Error, "No diagram");
});
