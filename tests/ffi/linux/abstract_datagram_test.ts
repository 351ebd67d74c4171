import { openAbstractDatagram } from "../../../ffi/open.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { abstractAddress } from "../../../ffi/linux/abstract_datagram.ts";
import { libc } from "../../../ffi/c/libc.ts";
import { requires } from "../../capabilities.ts";
import "../open_libc.ts";

const needs = requires("linux");

Deno.test({
  name: needs.title(
    "abstract datagram: what is sent arrives, and where nobody listens nothing happens",
  ),
  ignore: needs.ignore,
  fn: () => {
    const { socket, bind, read, close } = libc();
    const name = `teredo-test-${crypto.randomUUID()}`;
    const address = abstractAddress(name);
    // AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK
    const receiver = socket(1, 2 | 0x800, 0);
    assertEquals(bind(receiver, address, address.length), 0);
    const sender = openAbstractDatagram(name);
    sender.send(new TextEncoder().encode("READY=1\n"));
    const buffer = new Uint8Array(100);
    const length = read(receiver, buffer, BigInt(buffer.length));
    assertEquals(new TextDecoder().decode(buffer.subarray(0, Number(length))), "READY=1\n");
    close(receiver);
    sender.send(new Uint8Array(1));
    sender.close();
  },
});

Deno.test("abstract datagram: a name that no address has is refused", () => {
  for (const name of ["", "x".repeat(108)]) assertThrows(() => abstractAddress(name), RangeError);
});
