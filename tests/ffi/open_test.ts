import { assert, assertEquals } from "@std/assert";
import { supports } from "../../ffi/open.ts";
import { platform } from "../../ffi/platform.ts";
import { requires } from "../capabilities.ts";

const { title, ignore } = requires("linux");

/** A system that has none of the parts. */
const ELSEWHERE = "freebsd";

Deno.test({
  name: title(
    "open: elsewhere each part says that it is missing, and a client qualifies without",
  ),
  ignore,
  fn: async () => {
    const { outcomes, isQualified } = await runAs(ELSEWHERE);
    const unsupported = (attempt: string) =>
      `UnsupportedPlatform: Cannot ${attempt} on ${ELSEWHERE}: this version does not support that`;
    assertEquals(outcomes, {
      tun: unsupported("open a TUN interface"),
      interface: unsupported("configure network interfaces"),
      rawIpv6: unsupported("send raw IPv6 packets"),
      abstractDatagram: unsupported("send to abstract Unix sockets"),
      listeningProcess: unsupported("find out which process listens at a socket"),
      inputFilter: unsupported("filter packets"),
      sourceNat: unsupported("translate addresses"),
      bell: unsupported("wait for packets"),
      udpSocket: `BatchingUnavailable: It needs Linux, and this is ${ELSEWHERE}`,
      linkMonitor: "nothing",
      socketOptions: "nothing",
      route: "unknown",
      source: "nothing",
      forwards: "nothing",
    });
    assert(isQualified);
  },
});

Deno.test("open: a system is asked for its parts by their names", () => {
  assertEquals(supports("openTun"), platform.id !== "other");
  assertEquals(supports("openSourceNat"), platform.id === "linux");
});

async function runAs(os: string): Promise<{ outcomes: unknown; isQualified: boolean }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", "--no-check", "--no-config", "--unstable-net"],
      new URL("fixtures/as_system.ts", import.meta.url).pathname,
      os,
    ],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stderr));
  return JSON.parse(decoder.decode(stdout));
}
