import { assertEquals, assertRejects } from "@std/assert";
import { CliError } from "../../../cli/process/failure.ts";
import { ExitCode } from "../../../cli/process/exit_code.ts";
import { withListenRemedy } from "../../../cli/daemon/listen_remedy.ts";
import { platform } from "../../../ffi/platform.ts";
import { BatchingUnavailable } from "../../../ffi/udp_socket.ts";
import { ListenError } from "../../../nodes/listen_error.ts";
import { DISCOVERY_GROUP } from "../../../protocol/constants.ts";
import { parseIpv4 } from "../../../wire/ipv4_address.ts";

const ADDRESS = parseIpv4("192.0.2.1")!;

async function remedyFor(cause: unknown, address = ADDRESS, port = 3544): Promise<CliError> {
  const failing = () => Promise.reject(new ListenError(address, port, cause));
  return await assertRejects(() => withListenRemedy(failing), CliError);
}

Deno.test("a socket that cannot be opened ends in one message with the remedy", async () => {
  assertEquals(
    (await remedyFor(new Deno.errors.AddrInUse())).message,
    "Cannot listen on UDP 192.0.2.1:3544: another program has the port. " +
      `Stop it ("${platform.udpPortOwner(3544)}" names it), or choose another port with --port`,
  );
  assertEquals(
    (await remedyFor(new Deno.errors.AddrNotAvailable())).message,
    "Cannot listen on UDP 192.0.2.1:3544: this host does not have the address. " +
      "Give --bind an address that it has, or leave it out",
  );
  assertEquals(
    (await remedyFor(new BatchingUnavailable("It needs Linux, and this is plan9"))).message,
    "Cannot move UDP datagrams in batches: It needs Linux, and this is plan9. " +
      'Leave out "--udp batched" to use what the system has',
  );
  assertEquals(
    (await remedyFor(new Deno.errors.AddrInUse(), DISCOVERY_GROUP)).message,
    "Cannot listen on UDP 224.0.0.253:3544: another program has the port. " +
      'Leave out "--local-discovery", or stop the program that has the port',
  );
  const denied = await remedyFor(new Deno.errors.PermissionDenied(), ADDRESS, 53);
  if (platform.reservedPorts === undefined) {
    assertEquals(denied.exitCode, ExitCode.PERMISSION);
  } else {
    assertEquals(
      denied.message,
      "Cannot listen on UDP 192.0.2.1:53: the system keeps the port, or another program has it. " +
        `"${platform.reservedPorts}" lists the ports that the system keeps, and ` +
        `"${
          platform.udpPortOwner(53)
        }" names the program. Stop it, or choose another port with --port`,
    );
  }
});
