/** The units of systemd, as its own tools judge them; services_test.ts starts them. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../cli.ts";
import { controlPaths } from "../../cli/daemon/control/control_path.ts";
import { ExitCode } from "../../cli/process/exit_code.ts";
import { parseCommandLine } from "../../cli/args/command_line.ts";
import { findCommand, requires } from "../capabilities.ts";

const PACKAGING = new URL("../../packaging/", import.meta.url);
const ROLES = ["client", "relay", "server"] as const;
type Role = typeof ROLES[number];

/** The highest exposure that passes: 2.5, as `--threshold` counts it. */
const EXPOSURE = 25;

const needs = requires("linux", "systemd-analyze");

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, PACKAGING));
}

function unit(role: Role): Promise<string> {
  return read(`systemd/teredo-${role}.service`);
}

/** What a unit sets a directive to, in its order. */
function settings(unit: string, directive: string): string[] {
  return Array.from(unit.matchAll(new RegExp(`^${directive}=(.*)$`, "gm")), ([, value]) => value!);
}

/** Runs `systemd-analyze` on a unit with its drop-ins, which lie in a directory of their own. */
async function analyze(
  options: readonly string[],
  name: string,
  unit: string,
  dropIn?: string,
): Promise<{ code: number; output: string }> {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/${name}`;
    await Deno.writeTextFile(path, unit);
    if (dropIn !== undefined) {
      await Deno.mkdir(`${path}.d`);
      await Deno.writeTextFile(`${path}.d/relay.conf`, dropIn);
    }
    const { code, stdout, stderr } = await new Deno.Command(findCommand("systemd-analyze")!, {
      args: [...options, path],
      env: { SYSTEMD_COLORS: "0", SYSTEMD_UNIT_PATH: `${directory}:` },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return { code, output: decoder.decode(stdout) + decoder.decode(stderr) };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** It looks for the program, which need not be installed here. */
function runnable(unit: string): string {
  return unit.replaceAll("/usr/bin/teredo", "/bin/sh");
}

for (const role of ROLES) {
  const name = `teredo-${role}.service`;

  Deno.test({
    name: needs.title(`systemd: ${name} is understood to the last word`),
    ignore: needs.ignore,
    fn: async () => {
      const { code, output } = await analyze(
        ["verify", "--man=no"],
        name,
        runnable(await unit(role)),
      );
      assertEquals({ code, output }, { code: 0, output: "" });
    },
  });

  Deno.test({
    name: needs.title(`systemd: the exposure of ${name} is at most ${EXPOSURE / 10}`),
    ignore: needs.ignore,
    fn: async () => {
      const options = ["security", "--offline=true", `--threshold=${EXPOSURE}`];
      const { code, output } = await analyze(options, name, await unit(role));
      assertEquals(code, 0, output);
      assertStringIncludes(output, "Overall exposure level");
    },
  });

  Deno.test(`systemd: ${name} has the one capability of its role, and leaves V8 its compiler`, async () => {
    const text = await unit(role);
    const capability = role === "server" ? "CAP_NET_RAW" : "CAP_NET_ADMIN";
    assertEquals(settings(text, "CapabilityBoundingSet"), [capability]);
    assertEquals(settings(text, "AmbientCapabilities"), [capability]);
    assertEquals(settings(text, "MemoryDenyWriteExecute"), []);
    assertEquals(settings(text, "DynamicUser"), ["yes"]);
    const device = role === "server" ? [] : ["/dev/net/tun rw"];
    assertEquals(settings(text, "DeviceAllow"), device);
  });

  Deno.test(`systemd: ${name} says when it is ready, and is found by teredo status`, async () => {
    const text = await unit(role);
    assertEquals(settings(text, "Type"), ["notify"]);
    const [folder] = settings(text, "RuntimeDirectory");
    const asked = controlPaths(role, { env: () => undefined, uid: 0, namespace: undefined });
    assert(asked.includes(`/run/${folder}/${role}.sock`), asked.join(", "));
  });

  Deno.test(`systemd: ${name} is not restarted when that mends nothing`, async () => {
    const [codes] = settings(await unit(role), "RestartPreventExitStatus");
    assertEquals(codes, `${ExitCode.USAGE} ${ExitCode.PERMISSION} ${ExitCode.CONFIG}`);
  });

  Deno.test(`systemd: ${name} reads its file, and reloads it where it is right`, async () => {
    const text = await unit(role);
    assertEquals(settings(text, "ExecStart"), [`/usr/bin/teredo ${role}`]);
    const [check, ...rest] = settings(text, "ExecReload");
    assertEquals(rest, ["/bin/kill -HUP $MAINPID"]);
    const [, first, ...args] = check!.split(" ");
    const command = COMMANDS.find(({ name }) => name === first)!;
    assertEquals(parseCommandLine(command, args).type, "run");
    assertEquals(args, ["--role", role]);
  });
}

Deno.test({
  name: needs.title("systemd: a server that is a relay too gets what a relay has"),
  ignore: needs.ignore,
  fn: async () => {
    const dropIn = await read("systemd/teredo-server-relay.conf");
    const server = runnable(await unit("server"));
    const verified = await analyze(["verify", "--man=no"], "teredo-server.service", server, dropIn);
    assertEquals(verified, { code: 0, output: "" });
    const options = ["security", "--offline=true", "--no-pager"];
    const { output } = await analyze(options, "teredo-server.service", server, dropIn);
    assertMatch(output, /✗ CapabilityBoundingSet=~CAP_NET_ADMIN/);
    assertMatch(output, /✗ DeviceAllow=.*\/dev\/net\/tun:rw/);
  },
});

Deno.test("systemd: the group that the units name is made by sysusers.d, its directory by tmpfiles.d", async () => {
  const [group] = settings(await unit("client"), "SupplementaryGroups");
  assertMatch(await read("systemd/sysusers.conf"), new RegExp(`^g ${group} -$`, "m"));
  assertMatch(
    await read("systemd/tmpfiles.conf"),
    new RegExp(`^d /etc/teredo 2755 root ${group}$`, "m"),
  );
});
