/** A start that fails at one of its steps, whichever that is, leaves nothing open. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ListenError } from "../../nodes/listen_error.ts";
import { TeredoClient } from "../../nodes/teredo_client.ts";
import { TeredoRelay } from "../../nodes/teredo_relay.ts";
import { portOf } from "../../wire/endpoint.ts";
import { parseIpv4 } from "../../wire/ipv4_address.ts";
import { FRESH_NAMESPACE, inNamespace, requires } from "../capabilities.ts";
import { linkTo, loopbackTest, startClient, startServer } from "./loopback.ts";

const needs = requires(...FRESH_NAMESPACE, "tun");

/** What each role fails with, in turn, as it gets one descriptor more. */
const STEPS: Readonly<Record<string, readonly RegExp[]>> = {
  client: [/tun/, /interface "teredo"/, /sys\/net/, /0\.0\.0\.0/, /224\.0\.0\.253/, /0\.0\.0\.0/],
  relay: [/tun/, /interface "teredo"/, /sys\/net/],
  server: [/raw IPv6/, /127\.41\.0\.1:/, /127\.41\.0\.2:/, /tun/, /interface "teredo"/, /sys\/net/],
  "embedded client": [/netlink/, /UDP 0\.0\.0\.0/, /event descriptor/],
  "embedded relay": [/netlink/, /UDP 0\.0\.0\.0/],
};

/** A line of the fixture. */
interface Try {
  readonly spare: number;
  readonly failed: string | null;
  readonly left: number;
}

/** The tries of a role with ever more descriptors. */
async function starve(role: string, udp: string): Promise<Try[]> {
  const fixture = new URL("fixtures/starve_start.ts", import.meta.url).pathname;
  const program = [
    Deno.execPath(),
    "run",
    "-A",
    "--unstable-net",
    "--no-check",
    fixture,
    role,
    udp,
  ];
  const [command, ...namespace] = inNamespace();
  const { stdout, stderr } = await new Deno.Command(command!, {
    args: [
      ...namespace,
      ...["bash", "-c", 'ip link set lo up; ulimit -n 96; exec "$@"', "bash", ...program],
    ],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const lines = decoder.decode(stdout).trim().split("\n");
  assert(lines[0] !== "", decoder.decode(stderr));
  return lines.map((line) => JSON.parse(line));
}

for (const [role, steps] of Object.entries(STEPS)) {
  for (const udp of ["auto", "deno"]) {
    Deno.test({
      name: needs.title(
        `start: a ${role} that lacks a descriptor at any step closes the others, by UDP "${udp}"`,
      ),
      ignore: needs.ignore,
      fn: async () => {
        const tries = await starve(role, udp);
        const report = JSON.stringify(tries, undefined, 1);
        assertEquals(tries.filter(({ left }) => left !== 0), [], report);
        assertEquals(tries.at(-1)?.failed, null, report);
        const failures = tries.flatMap(({ failed }) => failed ?? []);
        for (const [i, step] of steps.entries()) assert(step.test(failures[i] ?? ""), report);
      },
    });
  }
}

loopbackTest("start: a host that is refused keeps everything else from being opened", async () => {
  const refusal = new Error("no TUN today");
  const port = portOf((await closed(await startClient("127.41.0.3"))).local);
  const host = (): never => {
    throw refusal;
  };
  const error = await assertRejects(() => startClient("127.41.0.3", { host, port }));
  assertEquals(error, refusal);
  await using _again = await startClient("127.41.0.3", { port });
});

loopbackTest(
  "start: a port that is taken closes the host's side that was opened before",
  async () => {
    await using _server = await startServer();
    const bind = parseIpv4("127.41.0.1")!;
    let isOpen = false;
    const host = () => {
      isOpen = true;
      return { link: linkTo(() => {}), [Symbol.dispose]: () => void (isOpen = false) };
    };
    const options = { network: "loopback", bind, port: 3544, host } as const;
    const servers = [{ primary: "127.41.0.1" }];
    await assertRejects(() => TeredoRelay.start(options), ListenError);
    assertEquals(isOpen, false);
    await assertRejects(() => TeredoClient.start({ ...options, servers }), ListenError);
    assertEquals(isOpen, false);
  },
);

loopbackTest("start: closing that fails too does not hide why a start failed", async () => {
  const host = () => ({
    link: linkTo(() => {}),
    [Symbol.dispose]() {
      throw new Error("closing failed");
    },
  });
  await assertRejects(
    () => startClient("127.41.0.3", { host, servers: [{ primary: "192.0.2.1" }] }),
    RangeError,
    "Cannot use the server at 192.0.2.1",
  );
});

async function closed<Node extends AsyncDisposable>(node: Node): Promise<Node> {
  await node[Symbol.asyncDispose]();
  return node;
}
