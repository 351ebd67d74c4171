/** A client whose server's name leads nowhere yet says why, waits, and goes on by itself. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FRESH_NAMESPACE, requires } from "../capabilities.ts";
import { inFreshNamespace } from "./fresh_namespace.ts";

const needs = requires(...FRESH_NAMESPACE, "tun");

/** What answers for the name, and what the log says of it. */
const ANSWERS: readonly (readonly [line: string, ...says: string[]])[] = [
  ["", 'Cannot resolve "teredo.example": '],
  [
    "192.168.1.1 teredo.example",
    "Cannot use the server at 192.168.1.1: it is not a public address",
    'This is what "teredo.example" resolves to here. Perhaps a captive portal or a DNS filter',
  ],
  [
    "0.0.0.0 teredo.example",
    "Cannot use the server at 0.0.0.0: it is not a public address",
    'This is what "teredo.example" resolves to here. Perhaps a captive portal or a DNS filter',
  ],
];

for (const [line, ...says] of ANSWERS) {
  Deno.test({
    name: needs.title(`process: a client waits while the hosts file says "${line}", and says so`),
    ignore: needs.ignore,
    fn: async () => {
      // A change of the network ends a pause; without one, the first lasts five seconds.
      const { code, stdout } = await inFreshNamespace(`mount -t tmpfs none /mnt; cd /mnt
        echo "${line}" >hosts; mount --bind hosts /etc/hosts
        echo >resolv.conf; mount --bind resolv.conf /etc/resolv.conf
        ip link set lo up; ip link add up0 type veth peer name far0; ip link set far0 up
        $teredo client teredo.example 2>log & client=$!
        soon grep -q "Until then, the client waits" log
        $teredo status 2>asked; [ $? = 3 ] || exit 98
        echo "83.1.1.1 teredo.example" >hosts
        ip addr add 83.1.1.7/24 dev up0; ip link set up0 up; ip route add default dev up0
        soon grep -q "Asking server teredo.example" log
        kill $client; wait $client; code=$?; cat log; exit $code`);
      assertEquals(code, 0, stdout);
      for (const each of says) assertStringIncludes(stdout, each);
      assertMatch(stdout, /warn {2}Cannot .*\. Until then, the client waits\n/);
    },
  });
}

const executable = requires("linux", "namespaces", "bash", "executable");

Deno.test({
  name: executable.title(
    "process: a working directory that was deleted ends in a message that docs explain",
  ),
  ignore: executable.ignore,
  fn: async () => {
    const { code, stderr } = await inFreshNamespace(`mount -t tmpfs none /mnt
      mkdir /mnt/gone; cd /mnt/gone; rmdir /mnt/gone; NO_COLOR=1 $teredo --version`);
    const documented = await Deno.readTextFile(new URL("../../docs/operating.md", import.meta.url));
    assertStringIncludes(documented, "working directory was deleted");
    // Deno fails before our first line runs. If it ever does not, the docs need not explain it.
    const [first] = stderr.split("\n");
    assertEquals([code, first], [1, "error: No such file or directory (os error 2)"]);
    assertStringIncludes(documented, first!);
  },
});
