/**
 * Our own interface in others' hands, on real kernels: what they take is restored, and what cannot
 * be is said.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { LAB, requires } from "../capabilities.ts";
import { createLab, type Lab } from "./lab.ts";
import type { LabProcess } from "./lab_process.ts";
import type { Machine } from "./machine.ts";
import { ADDRESS } from "./plan.ts";
import {
  prepareTeredo,
  qualification,
  startClient,
  startRelay,
  startServer,
  teredo,
} from "./teredo.ts";
import { pause } from "../pause.ts";

const needs = requires(...LAB, "curl");

const METRICS = "127.0.0.1:9641";

/** What was taken is there again within so many milliseconds. */
const SOON = 2_000;

/** A role that has an interface, at work. */
interface Role {
  readonly machine: Machine;
  readonly process: LabProcess;
}

type LabA = Lab<"A">;

const ROLES: Readonly<Record<string, (lab: LabA, ...options: string[]) => Promise<Role>>> = {
  async client(lab, ...options) {
    const machine = lab.sites.A.client;
    return { machine, process: (await startClient(machine, ...options)).process };
  },
  async relay(lab, ...options) {
    return { machine: lab.relay, process: await startRelay(lab.relay, ...options) };
  },
  async "server with a relay"(lab, ...options) {
    // A relay's machine has native IPv6 and forwards.
    const machine = lab.relay;
    await machine.ip("addr add 83.1.0.99/8 dev up0");
    const process = await machine.spawn(
      ...teredo("server", "--primary", "83.1.0.99", "--relay", "--log-level", "debug", ...options),
    );
    await process.waitForLog(/Serving on/);
    return { machine, process };
  },
};

/**
 * All that a role gives its interface, as text. The kernel's own route to an address is not needed:
 * the address is in the kernel's table of local ones too.
 */
async function stateOf(machine: Machine): Promise<string> {
  const parts = await Promise.all([
    machine.ip("-o link show dev teredo").then((line) => /<.*>|mtu \d+/g[Symbol.match](line)),
    machine.ip("-6 -o addr show dev teredo"),
    machine.ip("-6 route show dev teredo proto boot"),
  ]);
  return parts.flat().join("\n");
}

/** Looks every few milliseconds until it is as it must be; how long that took. */
async function waitUntil(what: string, isSo: () => Promise<boolean>): Promise<number> {
  const begun = performance.now();
  while (!await isSo()) {
    assert(performance.now() - begun < 3 * SOON, `not within ${3 * SOON} ms: ${what}`);
    await pause(20);
  }
  return performance.now() - begun;
}

/** Waits for a role's `/ready`. */
async function waitForReady(machine: Machine, isReady: boolean): Promise<string> {
  let body = "";
  await waitUntil(`/ready ${isReady}`, async () => {
    const { stdout } = await machine.try("curl", "-s", `http://${METRICS}/ready`);
    body = stdout;
    return stdout.includes(`"ready":${isReady}`);
  });
  return body;
}

/** Adds an interface that leads nowhere. */
async function addLink(machine: Machine, name: string): Promise<void> {
  await machine.ip(`link add ${name} type veth peer name ${name}far`);
  await machine.ip(`link set ${name} up`);
  await machine.ip(`link set ${name}far up`);
}

function ipv6Switch(name: string, isOff: boolean) {
  return { [`net/ipv6/conf/${name}/disable_ipv6`]: Number(isOff) };
}

/** What others can take, and what the log says then. */
const THEFTS: readonly (readonly [
  what: string,
  take: (machine: Machine) => Promise<unknown>,
  says: RegExp,
])[] = [
  ["the link", (machine) => machine.ip("link set teredo down"), /the link was down/],
  ["the name", (machine) => machine.ip("link set teredo name other"), /its name was "other"/],
  ["the MTU", (machine) => machine.ip("link set teredo mtu 1400"), /the MTU was 1400/],
  ["an MTU for IPv6", (machine) => machine.ip("link set teredo mtu 1000"), /the MTU was 1000/],
  ["the routes", (machine) => machine.ip("-6 route flush dev teredo"), /route 2001::\/32 was miss/],
  [
    "IPv6",
    (machine) => machine.setKernel(ipv6Switch("teredo", true)),
    /IPv6 was switched off/,
  ],
];

for (const [name, start] of Object.entries(ROLES)) {
  Deno.test({
    name: needs.title(`kept interface: what others take from a ${name} is restored within 2 s`),
    ignore: needs.ignore,
    fn: async (t) => {
      await prepareTeredo();
      await using lab = await createLab({ A: "no NAT" });
      if (name === "client") await startServer(lab.server);
      const { machine, process } = await start(lab);
      await waitUntil("the route", async () => (await stateOf(machine)).includes("2001::/32"));
      const whole = await stateOf(machine);
      const thefts = [...THEFTS];
      if (name === "client") {
        const take = () => machine.ip("-6 addr flush dev teredo");
        thefts.push(["the address", take, /the address 2001:\S+ was missing/]);
      }
      for (const [what, take, says] of thefts) {
        await t.step(what, async () => {
          const since = process.logLength;
          await take(machine);
          const took = await waitUntil(
            what,
            async () => await stateOf(machine).catch(() => undefined) === whole,
          );
          assert(took < SOON, `${took} ms`);
          await process.waitForLog(says, { since, timeout: SOON });
        });
      }
      assertEquals((await process.end("SIGTERM")).code, 0, process.log);
    },
  });

  Deno.test({
    name: needs.title(`kept interface: a ${name} switches IPv6 on for its own interface`),
    ignore: needs.ignore,
    fn: async () => {
      await prepareTeredo();
      await using lab = await createLab({ A: "no NAT" });
      if (name === "client") await startServer(lab.server);
      for (const machine of [lab.relay, lab.sites.A.client]) {
        await machine.setKernel(ipv6Switch("default", true));
      }
      const { machine, process } = await start(lab, "--metrics", METRICS);
      await waitForReady(machine, true);
      assertStringIncludes(await stateOf(machine), "2001::/32");
      const other = await machine.run("cat", "/proc/sys/net/ipv6/conf/default/disable_ipv6");
      assertEquals(other.trim(), "1", "nobody else's is switched on");
      assertEquals((await process.end("SIGTERM")).code, 0, process.log);
    },
  });

  Deno.test({
    name: needs.title(`kept interface: a ${name} is told of an unreachable 2001::/32`),
    ignore: needs.ignore,
    fn: async () => {
      await prepareTeredo();
      await using lab = await createLab({ A: "no NAT" });
      if (name === "client") await startServer(lab.server);
      const { machine, process } = await start(lab, "--metrics", METRICS);
      await waitForReady(machine, true);
      const since = process.logLength;
      await machine.ip("-6 route add unreachable 2001::/32 metric 1");
      assertStringIncludes(await waitForReady(machine, false), "Packets to Teredo clients cannot");
      await process.waitForLog(/warn +Packets to Teredo clients cannot leave this host/, { since });
      await machine.ip("-6 route del unreachable 2001::/32 metric 1");
      await waitForReady(machine, true);
      await process.waitForLog(/Interface teredo is as it should be again/, { since });
    },
  });
}

Deno.test({
  name: needs.title("kept interface: a client says which route or rule wins over its own"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using lab = await createLab({ A: "no NAT" });
    await startServer(lab.server);
    const machine = lab.sites.A.client;
    const { process } = await startClient(machine, "--metrics", METRICS);
    await waitForReady(machine, true);
    await addLink(machine, "vpn0");
    await machine.ip("-6 addr add fd00::7/64 dev vpn0 nodad");
    await machine.ip("-6 route add default dev vpn0 table 77");
    const detours: readonly (readonly [does: string, undoes: string, says: RegExp])[] = [
      [
        "route add unreachable default metric 1",
        "route del unreachable default metric 1",
        /Packets to the IPv6 Internet cannot leave this host/,
      ],
      [
        "route add default dev vpn0 metric 100",
        "route del default dev vpn0 metric 100",
        /Packets to the IPv6 Internet leave through interface vpn0, not teredo/,
      ],
      [
        "rule add to 2001::/32 lookup 77",
        "rule del to 2001::/32 lookup 77",
        /Packets to Teredo clients leave through interface vpn0, not teredo/,
      ],
      [
        "rule add prohibit to 2000::/3",
        "rule del prohibit to 2000::/3",
        /Packets to the IPv6 Internet cannot leave this host/,
      ],
    ];
    for (const [does, undoes, says] of detours) {
      await t.step(does, async () => {
        await machine.ip(`-6 ${does}`);
        assertMatch(await waitForReady(machine, false), says);
        await process.waitForLog(says, { timeout: SOON });
        const { code, stdout, stderr } = await machine.try(...teredo("status", "--json"));
        assertMatch(stdout, says);
        assertStringIncludes(
          stderr,
          "qualified, but something is wrong with its interface or host. ",
        );
        assertEquals(code, 3);
        await machine.ip(`-6 ${undoes}`);
        await waitForReady(machine, true);
      });
    }
  },
});

/** Commands of roles, and what their interface has once it can. */
const SEALED: readonly (readonly [role: string, command: readonly string[], RegExp])[] = [
  ["client", ["client", "--server", ADDRESS.serverPrimary], /inet6 2001:0:[^]*2001::\/32/],
  ["relay", ["relay"], /2001::\/32/],
  ["server with a relay", ["server", "--primary", "83.1.0.99", "--relay"], /2001::\/32/],
];

for (const [role, command, whole] of SEALED) {
  Deno.test({
    name: needs.title(
      `kept interface: a ${role} that may not switch IPv6 on waits for it, and says so`,
    ),
    ignore: needs.ignore,
    fn: async () => {
      await prepareTeredo();
      await using lab = await createLab({ A: "no NAT" });
      await startServer(lab.server);
      const machine = role === "client" ? lab.sites.A.client : lab.relay;
      if (role.startsWith("server")) await machine.ip("addr add 83.1.0.99/8 dev up0");
      await machine.setKernel(ipv6Switch("default", true));
      const sealed = "mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && " +
        'exec "$@"';
      const process = await machine.spawn(
        ...["unshare", "-m", "sh", "-c", sealed, "sh"],
        ...teredo(...command, "--metrics", METRICS),
      );
      await process.waitForLog(
        /IPv6 is switched off on interface "teredo": set the sysctl net\.ipv6\.conf\.teredo\.disable_ipv6 to 0/,
      );
      if (role === "client") await qualification(process);
      await waitForReady(machine, false);
      for (const isLast of [false, true]) {
        const since = process.logLength;
        await machine.setKernel(ipv6Switch("teredo", false));
        const took = await waitUntil("the route", async () => whole.test(await stateOf(machine)));
        assert(took < SOON, `${took} ms`);
        await waitForReady(machine, true);
        await process.waitForLog(/Interface teredo is as it should be again/, { since });
        if (isLast) break;
        await machine.setKernel(ipv6Switch("teredo", true));
        await waitForReady(machine, false);
      }
      assertEquals((await process.end("SIGTERM")).code, 0, process.log);
    },
  });
}

Deno.test({
  name: needs.title(
    "kept interface: a persistent interface of that name is refused, and nothing piles up",
  ),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: "no NAT" });
    await startServer(lab.server);
    const machine = lab.sites.A.client;
    await machine.ip("tuntap add teredo mode tun");
    for (const command of [["client", "--server", ADDRESS.serverPrimary], ["relay"]]) {
      const { code, stderr } = await machine.try(...teredo(...command));
      assertEquals(code, 1, stderr);
      assertStringIncludes(
        stderr,
        "Remove it with `ip link delete teredo`, or choose another name",
      );
    }
    assertEquals(await machine.ip("-6 -o addr show dev teredo"), "");
    await machine.ip("link delete teredo");
    await startClient(machine);
  },
});

Deno.test({
  name: needs.title(
    "kept interface: interfaces that come and go elsewhere cost a client no solicitation",
  ),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: "no NAT" });
    await startServer(lab.server);
    const { client, plan } = lab.sites.A.client
      ? { client: lab.sites.A.client, plan: lab.sites.A.plan }
      : lab.sites.A;
    const { process } = await startClient(client);
    const [since, before] = [process.logLength, await lab.server.datagramsReceived()];
    for (let i = 0; i < 8; i++) {
      await client.ip(`link add one${i} type veth peer name two${i}`);
      await client.ip(`addr add 172.17.${i}.1/24 dev one${i}`);
      await client.ip(`link set one${i} up`);
      await client.ip(`link set two${i} up`);
      await client.ip(`-6 addr add fd00:${i}::1/64 dev two${i} nodad`);
      await pause(300);
      if (i % 2 === 0) await client.ip(`link del one${i}`);
    }
    await pause(1_500);
    assertEquals(process.log.split("\n").slice(since), []);
    assertEquals(await lab.server.datagramsReceived(), before);
    // Another way to the server is another matter, though the address stays.
    await addLink(client, "moved");
    await client.ip(`route add ${ADDRESS.serverPrimary}/32 dev moved src ${plan.external}`);
    await process.waitForLog(/The network changed: asking the server/, { since, timeout: SOON });
  },
});

Deno.test({
  name: needs.title("kept interface: what its queue does not hold is in status and metrics"),
  ignore: needs.ignore,
  fn: async () => {
    await prepareTeredo();
    await using lab = await createLab({ A: "no NAT" });
    await startServer(lab.server);
    const machine = lab.sites.A.client;
    await startClient(machine, "--offload", "off", "--metrics", METRICS);
    await machine.ip("link set teredo txqueuelen 2");
    await machine.run(
      "bash",
      "-c",
      "exec 3>/dev/udp/2001:0:5301:101::9/9; for ((i = 0; i < 3000; i++)); do echo x >&3; done",
    );
    const report = JSON.parse(await machine.run(...teredo("status", "--json")));
    const { interface_backlog: lost } = report.drops;
    assert(lost > 0 && lost <= 3_000, `${lost}`);
    const metrics = await machine.run("curl", "-s", `http://${METRICS}/metrics`);
    assertStringIncludes(metrics, `\nteredo_drops_total{reason="interface_backlog"} ${lost}\n`);
  },
});
