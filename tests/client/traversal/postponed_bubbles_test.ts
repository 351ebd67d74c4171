import { assertEquals } from "@std/assert";
import {
  type PostponedBubble,
  PostponedBubbles,
} from "../../../client/traversal/postponed_bubbles.ts";
import type { ClientPeer } from "../../../client/client_peer.ts";
import { ACTORS } from "../../vectors/vectors.ts";

/** A peer that something was sent to at the start of the clock. */
const PEER = { lastTransmission: 0 } as ClientPeer;
const { a: to } = ACTORS;

/** What goes out of those that are put off in turn. */
function outcome(...bubbles: PostponedBubble[]): PostponedBubble[] {
  const postponed = new PostponedBubbles();
  for (const bubble of bubbles) postponed.add(PEER, bubble);
  assertEquals(postponed.takeDue(1_999), []);
  return postponed.takeDue(2_000).map(([, bubble]) => bubble);
}

Deno.test("postponed bubbles: one that does more takes the place of one that does less", () => {
  assertEquals(outcome({ kind: "advertisement" }, { kind: "direct", to }), [{
    kind: "direct",
    to,
  }]);
  assertEquals(outcome({ kind: "both", to }, { kind: "direct", to }), [{ kind: "both", to }]);
  assertEquals(outcome({ kind: "attempt" }, { kind: "both", to }), [{ kind: "attempt" }]);
});

Deno.test("postponed bubbles: a direct and an indirect one both go out, in whatever order they came", () => {
  assertEquals(outcome({ kind: "direct", to }, { kind: "indirect" }), [{ kind: "both", to }]);
  assertEquals(outcome({ kind: "indirect" }, { kind: "direct", to }), [{ kind: "both", to }]);
});
