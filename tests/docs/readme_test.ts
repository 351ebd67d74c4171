/** A person who reads only README.md gets two machines to talk: its commands, run in the lab. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { EXIT_CODE_MEANINGS } from "../../cli/process/exit_code.ts";
import { LAB, requires } from "../capabilities.ts";
import { denoRun, prefetch } from "../netns/deno_run.ts";
import { createLab, type Lab, routeTeredo } from "../netns/lab.ts";
import type { LabProcess } from "../netns/lab_process.ts";
import type { Machine } from "../netns/machine.ts";
import { UPLINK } from "../netns/nat_router.ts";
import { ADDRESS } from "../netns/plan.ts";
import { waitForRoute } from "../netns/routes.ts";
import { prepareTeredo, qualification, teredo, TEREDO_INTERFACE } from "../netns/teredo.ts";

const README = await Deno.readTextFile(new URL("../../README.md", import.meta.url));

/** The address in the example: in the lab it is the one that the first client got. */
const EXAMPLE_ADDRESS = "2001:0:5301:101:1cba:2519:acfe:fdfe";

/**
 * What reads otherwise in the lab than in README.md, besides {@linkcode EXAMPLE_ADDRESS}: the
 * addresses of documents belong to nobody, so no role takes them, and the lab has no DNS. `sudo` is
 * left out, for the lab is root's, and `dist/teredo` is the program under test.
 */
const IN_THE_LAB: Readonly<Record<string, string>> = {
  "teredo.example": ADDRESS.serverPrimary,
  "203.0.113.1": ADDRESS.serverPrimary,
  "203.0.113.2": ADDRESS.serverSecondary,
  "2001:db8::1": ADDRESS.native,
};

/** How long a command may take that ends by itself, in seconds. */
const TIMEOUT = "30";

function section(heading: string): string {
  const text = README.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0];
  if (text === undefined) throw new Error(`README.md has no section "${heading}"`);
  return text;
}

/** The commands of a section: the lines that are set off by four spaces. */
function commands(heading: string): string[] {
  return Array.from(section(heading).matchAll(/^ {4}(\S.*)$/gm), ([, command]) => command!);
}

/** The lines that README.md shows as output, in all or in a section. */
function shownOutput(text: string): string[] {
  return text.match(/```text\n([^]*?)\n```/)![1]!.split("\n").filter((line) => line !== "");
}

/** A command as it runs in the lab. */
function inTheLab(command: string, example?: string): string[] {
  let line = command.replace(/^sudo /, "");
  for (const [documented, real] of Object.entries(IN_THE_LAB)) {
    line = line.replaceAll(documented, real);
  }
  if (example !== undefined) line = line.replaceAll(EXAMPLE_ADDRESS, example);
  const [program, ...args] = line.split(" ");
  return program === "dist/teredo" ? teredo(...args) : [program!, ...args];
}

/** A line without what differs from run to run: times, addresses, ports and names of servers. */
function shape(line: string): string {
  return line.trim().replace(/^\S+Z /, "").replaceAll("teredo.example", "0")
    .replaceAll(/\b[0-9a-f]*\d[0-9a-f.]*(?::+[0-9a-f.]+)*\b/g, "0");
}

function assertShapes(output: string, shown: readonly string[]): void {
  const shapes = new Set(output.split("\n").map(shape));
  for (const line of shown) {
    assert(shapes.has(shape(line)), `No line like "${line}" in:\n${output}`);
  }
}

const needs = requires(...LAB, "root", "nft", "ping", "sysctl");

Deno.test({
  name: needs.title("README.md: its commands get two machines behind NATs to talk"),
  ignore: needs.ignore,
  fn: async (t) => {
    await prepareTeredo();
    await using lab = await createLab({
      A: { by: "kernel", kind: "portRestricted" },
      B: { by: "kernel", kind: "portRestricted" },
    });
    const { A, B } = lab.sites;

    await t.step("IPv6 for your friends: five commands from nothing to a native host", () => {
      return giveFriendsIpv6(lab);
    });

    await t.step("server", async () => {
      const [serve, ...more] = commands("Server");
      assertEquals(more, []);
      const server = await lab.server.spawn(...inTheLab(serve!));
      await server.waitForLog(/Serving on/);
    });

    const [start, ping, ...rest] = commands("Client");
    assertEquals(rest, []);
    const [a, b] = await Promise.all([A, B].map(({ client }) => startClient(client, start!)));
    await t.step("client: it says what is shown", () => {
      assertShapes(a!.process.log, shownOutput(section("Client")));
    });
    await t.step("client: one reaches the other", async () => {
      assertMatch(await run(B.client, ping!, a!.address), / 0% packet loss/);
    });

    await t.step("relay", async () => {
      const [forward, relay, ...more] = commands("Relay");
      assertEquals(more, []);
      await lab.relay.setKernel({ "net/ipv6/conf/all/forwarding": 0 });
      await run(lab.relay, forward!);
      const process = await lab.relay.spawn(...inTheLab(relay!));
      await process.waitForLog(/Relaying between/);
    });

    await t.step("asking: each answers, and says what is shown", async () => {
      let output = "";
      for (const command of commands("Ask it")) {
        const isOfClients = / (?:status|ping) /.test(`${command} `);
        output += await run(isOfClients ? B.client : A.client, command, a!.address);
      }
      assertShapes(output, shownOutput(section("Ask it")));
      assertMatch(output, /^Teredo client: qualified$/m);
      assertMatch(output, /^NAT: port-restricted cone$/m);
    });

    await t.step("two machines that only read it have talked directly", async () => {
      const { address } = b!;
      const output = await run(A.client, `dist/teredo ping ${address}`);
      assertMatch(output, /, direct \(/);
    });
  },
});

Deno.test({
  name: needs.title("README.md: the demo says what is shown"),
  ignore: needs.ignore,
  fn: async () => {
    await prefetch("tests/netns/demo.ts");
    const [program, ...args] = denoRun("tests/netns/demo.ts");
    const { code, stdout } = await new Deno.Command(program!, { args, env: { NO_COLOR: "1" } })
      .output();
    const output = new TextDecoder().decode(stdout);
    assertEquals(code, 0, output);
    assertShapes(output, shownOutput(README));
  },
});

Deno.test("README.md: the exit codes are those of the program", () => {
  const rows = Array.from(
    README.matchAll(/^\| (\d+) +\| (.+?) +\|$/gm),
    ([, code, meaning]) => [code!, meaning!],
  );
  assertEquals(Object.fromEntries(rows), { ...EXIT_CODE_MEANINGS });
});

/** One machine with one address, and no route to Teredo clients anywhere. */
async function giveFriendsIpv6(lab: Lab<"A" | "B">): Promise<void> {
  const [invite, serve, join, start, ping, ...more] = commands(
    "IPv6 for your friends, from one rented machine",
  );
  assertEquals(more, []);
  await lab.server.ip(`addr del ${ADDRESS.serverSecondary}/8 dev ${UPLINK}`);
  for (const machine of [lab.server, lab.native]) await machine.ip("route del 2001::/32");
  await lab.server.setKernel({ "net/ipv6/conf/all/forwarding": 0 });

  const { client: friend } = lab.sites.A;
  const line = (await lab.server.run(...withOwnEtc(lab.server, inTheLab(invite!)))).trim();
  assertMatch(line, /^teredo:\/\/alice:\w+@[\d.]+$/);
  await using gateway = await lab.server.spawn(...withOwnEtc(lab.server, inTheLab(serve!)));
  await gateway.waitForLog(/Serving on/);
  const shown = join!.split(" ").at(-1)!;
  await friend.run(...withOwnEtc(friend, inTheLab(join!.replace(shown, line))));
  await using client = await friend.spawn(...withOwnEtc(friend, inTheLab(start!)));
  await qualification(client);
  await waitForRoute(friend, TEREDO_INTERFACE);
  assertMatch(await run(friend, ping!), / 0% packet loss/);
  await client.end("SIGTERM");
  await gateway.end("SIGTERM");
  await lab.server.ip(`addr add ${ADDRESS.serverSecondary}/8 dev ${UPLINK}`);
  for (const machine of [lab.server, lab.native]) await routeTeredo(machine);
}

/** A command that finds an /etc of the machine's own, which lasts from one command to the next. */
function withOwnEtc({ name }: Machine, command: readonly string[]): string[] {
  const etc = `/run/etc-${name}`;
  const script = `{ [ -d ${etc} ] || cp -a /etc ${etc}; } && mount --bind ${etc} /etc && ` +
    'mkdir -p /etc/teredo && exec "$@"';
  return ["sh", "-c", script, "sh", ...command];
}

async function startClient(machine: Machine, command: string) {
  const process: LabProcess = await machine.spawn(...inTheLab(command));
  const { address } = await qualification(process);
  await waitForRoute(machine, TEREDO_INTERFACE);
  return { process, address };
}

/** Runs a command of README.md that ends by itself, and has to succeed. */
async function run(machine: Machine, command: string, example?: string): Promise<string> {
  return await machine.run("timeout", TIMEOUT, ...inTheLab(command, example));
}
