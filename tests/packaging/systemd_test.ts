/** The units of systemd, as its own tools judge them; services_test.ts starts them. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../cli.ts";
import { controlPaths } from "../../cli/daemon/control/control_path.ts";
import { ExitCode } from "../../cli/process/exit_code.ts";
import { parseCommandLine } from "../../cli/args/command_line.ts";
import { findCommand, requires } from "../capabilities.ts";

const PACKAGING = new URL("../../packaging/", import.meta.url);

/** What differs between the units: the role, its command line and its capabilities. */
const UNITS = {
  "client": { role: "client", line: "client", capabilities: "CAP_NET_ADMIN" },
  "relay": { role: "relay", line: "relay", capabilities: "CAP_NET_ADMIN" },
  "server": { role: "server", line: "server", capabilities: "CAP_NET_RAW" },
  "server-relay": {
    role: "server",
    line: "server --relay",
    capabilities: "CAP_NET_RAW CAP_NET_ADMIN",
  },
} as const;
type UnitName = keyof typeof UNITS;

/** The highest exposure that passes: 2.5, as `--threshold` counts it. */
const EXPOSURE = 25;

const needs = requires("linux", "systemd-analyze");

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, PACKAGING));
}

function unit(of: UnitName): Promise<string> {
  return read(`systemd/teredo-${of}.service`);
}

/** What a unit sets a directive to, in its order. */
function settings(unit: string, directive: string): string[] {
  return Array.from(unit.matchAll(new RegExp(`^${directive}=(.*)$`, "gm")), ([, value]) => value!);
}

/** Runs `systemd-analyze` on a unit, in an empty directory. */
async function analyze(
  options: readonly string[],
  name: string,
  unit: string,
): Promise<{ code: number; output: string }> {
  const directory = await Deno.makeTempDir();
  try {
    const path = `${directory}/${name}`;
    await Deno.writeTextFile(path, unit);
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

for (const of of Object.keys(UNITS) as UnitName[]) {
  const name = `teredo-${of}.service`;
  const { role, line, capabilities } = UNITS[of];

  Deno.test({
    name: needs.title(`systemd: ${name} is understood to the last word`),
    ignore: needs.ignore,
    fn: async () => {
      const { code, output } = await analyze(
        ["verify", "--man=no"],
        name,
        runnable(await unit(of)),
      );
      assertEquals({ code, output }, { code: 0, output: "" });
    },
  });

  Deno.test({
    name: needs.title(`systemd: the exposure of ${name} is at most ${EXPOSURE / 10}`),
    ignore: needs.ignore,
    fn: async () => {
      const options = ["security", "--offline=true", `--threshold=${EXPOSURE}`];
      const { code, output } = await analyze(options, name, await unit(of));
      assertEquals(code, 0, output);
      assertStringIncludes(output, "Overall exposure level");
    },
  });

  Deno.test(`systemd: ${name} has the capabilities that it needs, and leaves V8 its compiler`, async () => {
    const text = await unit(of);
    assertEquals(settings(text, "CapabilityBoundingSet"), [capabilities]);
    assertEquals(settings(text, "AmbientCapabilities"), [capabilities]);
    assertEquals(settings(text, "MemoryDenyWriteExecute"), []);
    assertEquals(settings(text, "DynamicUser"), ["yes"]);
    const device = capabilities.includes("CAP_NET_ADMIN") ? ["/dev/net/tun rw"] : [];
    assertEquals(settings(text, "DeviceAllow"), device);
  });

  Deno.test(`systemd: ${name} says when it is ready, and is found by teredo status`, async () => {
    const text = await unit(of);
    assertEquals(settings(text, "Type"), ["notify"]);
    const [folder] = settings(text, "RuntimeDirectory");
    // This system's separator is in them.
    const asked = controlPaths(role, {
      ...{ suffix: ".sock", given: undefined, system: "/run/teredo", user: "/tmp/teredo-0" },
      ...{ isPrivileged: true, namespace: undefined },
    }).map((path) => path.replaceAll("\\", "/"));
    assert(asked.includes(`/run/${folder}/${role}.sock`), asked.join(", "));
  });

  Deno.test(`systemd: ${name} keeps its control socket where its group can reach it`, async () => {
    const text = await unit(of);
    // With a temporary user, a folder that is preserved lies in /run/private, which only root may
    // enter.
    assertEquals(settings(text, "RuntimeDirectoryPreserve"), []);
    assertEquals(settings(text, "StateDirectory"), settings(text, "RuntimeDirectory"));
  });

  Deno.test(`systemd: ${name} is not restarted when that does not help`, async () => {
    const [codes] = settings(await unit(of), "RestartPreventExitStatus");
    assertEquals(codes, `${ExitCode.USAGE} ${ExitCode.PERMISSION} ${ExitCode.CONFIG}`);
  });

  Deno.test(`systemd: ${name} reads its file, and reloads it where it is right`, async () => {
    const text = await unit(of);
    assertEquals(settings(text, "ExecStart"), [`/usr/bin/teredo ${line}`]);
    const [check, ...rest] = settings(text, "ExecReload");
    assertEquals(rest, ["/bin/kill -HUP $MAINPID"]);
    const [, first, ...args] = check!.split(" ");
    const command = COMMANDS.find(({ name }) => name === first)!;
    assertEquals(parseCommandLine(command, args).type, "run");
    assertEquals(args, ["--role", role]);
  });
}

Deno.test("systemd: no service waits for another host before it is ready", async () => {
  for (const of of Object.keys(UNITS) as UnitName[]) {
    assertEquals(settings(await unit(of), "TimeoutStartSec"), [], of);
  }
});

Deno.test("systemd: the group that the units name is made with its user by sysusers.d, its directory by tmpfiles.d", async () => {
  const [group] = settings(await unit("client"), "Group");
  assertMatch(await read("systemd/sysusers.conf"), new RegExp(`^u ${group} -$`, "m"));
  assertMatch(
    await read("systemd/tmpfiles.conf"),
    new RegExp(`^d /etc/teredo 2755 root ${group}$`, "m"),
  );
});
