import { assertEquals, assertThrows } from "@std/assert";
import { SystemError } from "../../../ffi/c/errno.ts";
import { openTunPair } from "../../../ffi/open.ts";
import { requires } from "../../capabilities.ts";
import { always, injectFaults } from "../faults.ts";
import "../open_libc.ts";

const needs = requires("linux");

Deno.test({
  name: needs.title(
    "pair of TUN ends: what is written to one is read from the other, packet by packet",
  ),
  ignore: needs.ignore,
  fn: () => {
    const [one, other] = openTunPair({ offload: { udp: true } });
    assertEquals([one.offload, other.offload], [{ udp: true }, { udp: true }]);
    const buffer = new Uint8Array(100);
    assertEquals(other.read(buffer), 0);
    assertEquals([one.write(Uint8Array.of(1, 2)), one.write(Uint8Array.of(3))], [true, true]);
    assertEquals([other.read(buffer), buffer[0], buffer[1]], [2, 1, 2]);
    assertEquals([other.read(buffer), buffer[0]], [1, 3]);
    assertEquals(other.write(Uint8Array.of(4)), true);
    assertEquals(one.read(buffer), 1);
    one.close();
    other.close();
  },
});

Deno.test({
  name: needs.title("pair of TUN ends: without descriptors there is none"),
  ignore: needs.ignore,
  fn: () => {
    using _ = injectFaults({ socketpair: always("EMFILE") });
    assertThrows(() => openTunPair({ offload: undefined }), SystemError, "pair of sockets");
  },
});
