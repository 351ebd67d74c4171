/**
 * Installing services into a folder that stands for the system; services_test.ts does it for real.
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { CliError } from "../../../cli/process/failure.ts";
import { type Service, SERVICES } from "../../../cli/service/services.ts";
import { SYSTEMD } from "../../../cli/service/systemd_manager.ts";
import { FakeSystem } from "./fake_system.ts";
import { unitFile } from "../../../cli/service/unit.ts";
import "../../ffi/open_libc.ts";

const [CLIENT, RELAY] = SERVICES as [Service, Service];
const UNIT = "/etc/systemd/system/teredo-client.service";
const FORWARDING = "/etc/sysctl.d/60-teredo-relay.conf";

function install(service: Service, system: FakeSystem, program = "/opt/teredo"): Promise<string> {
  return SYSTEMD.install(
    { service, program, exampleConfig: "# nothing\n", forwarding: true },
    system,
  );
}

function test(name: string, fn: (system: FakeSystem) => Promise<void>): void {
  Deno.test({
    name: `service: ${name}`,
    // There are no modes of files.
    ignore: Deno.build.os === "windows",
    fn: async () => {
      const root = await Deno.makeTempDir();
      try {
        await fn(new FakeSystem(root));
      } finally {
        await Deno.remove(root, { recursive: true });
      }
    },
  });
}

test("install writes unit, group and folder for this executable, and an example", async (system) => {
  assertEquals(await install(CLIENT, system), "/etc/teredo/client.yaml");
  assertEquals(
    await system.files(),
    [
      UNIT,
      "/etc/sysusers.d/teredo.conf",
      "/etc/teredo/client.yaml",
      "/etc/tmpfiles.d/teredo.conf",
    ].sort(),
  );
  assertStringIncludes(system.readText(UNIT), "\nExecStart=/opt/teredo client\n");
  assertEquals(Deno.statSync(system.root + UNIT).mode! & 0o777, 0o644);
  assertEquals(system.ran, [
    "systemd-sysusers /etc/sysusers.d/teredo.conf",
    "systemd-tmpfiles --create /etc/tmpfiles.d/teredo.conf",
    "systemctl daemon-reload",
  ]);
});

test("a configuration that exists stays, and the unit is replaced", async (system) => {
  system.write("/etc/teredo/client.yaml", "server: teredo.example\n");
  await install(CLIENT, system);
  await install(CLIENT, system, "/opt/teredo-2/teredo");
  assertEquals(system.readText("/etc/teredo/client.yaml"), "server: teredo.example\n");
  assertStringIncludes(system.readText(UNIT), "\nExecStart=/opt/teredo-2/teredo client\n");
});

test("a relay switches forwarding on, and interfaces go on listening to routers", async (system) => {
  for (const [name, value] of [["eth0", "1"], ["eth0.5", "1"], ["eth1", "0"], ["all", "1"]]) {
    system.write(`/proc/sys/net/ipv6/conf/${name}/accept_ra`, `${value}\n`);
  }
  await install(RELAY, system);
  assertMatch(
    system.readText(FORWARDING),
    /\nnet\/ipv6\/conf\/eth0\/accept_ra = 2\nnet\/ipv6\/conf\/eth0\.5\/accept_ra = 2\nnet\.ipv6\.conf\.all\.forwarding = 1\n$/,
  );
  assert(!system.readText(FORWARDING).includes("eth1"));
  assert(system.ran.includes(`sysctl --quiet --load ${FORWARDING}`));
});

test("a client leaves forwarding alone, and so does a relay that is told to", async (system) => {
  await install(CLIENT, system);
  await SYSTEMD.install(
    { service: RELAY, program: "/opt/teredo", exampleConfig: "", forwarding: false },
    system,
  );
  assert(!(await system.files()).includes(FORWARDING));
});

test("a service starts now and at each boot; a failure says where the reason is", async (system) => {
  await SYSTEMD.start(CLIENT, system);
  assertEquals(system.ran, [
    "systemctl --quiet enable teredo-client.service",
    "systemctl restart teredo-client.service",
  ]);
  system.failing = "systemctl restart teredo-client.service";
  await assertRejects(
    () => SYSTEMD.start(CLIENT, system),
    CliError,
    '"journalctl -u teredo-client.service" shows why',
  );
});

test("remove leaves the configuration, and what the other services need", async (system) => {
  await install(CLIENT, system);
  await install(RELAY, system);
  await SYSTEMD.remove(CLIENT, system);
  assert(system.ran.includes("systemctl --quiet disable --now teredo-client.service"));
  assert(!(await system.files()).includes(UNIT));
  assert((await system.files()).includes(FORWARDING));
  await SYSTEMD.remove(RELAY, system);
  assertEquals(await system.files(), ["/etc/teredo/client.yaml", "/etc/teredo/relay.yaml"]);
  assertStringIncludes(system.said.join("\n"), "/etc/teredo and the group teredo stay");
  assertStringIncludes(system.said.join("\n"), "IPv6 forwarding stays on until the next boot");
});

test("files of others are neither replaced nor removed", async (system) => {
  system.write(UNIT, "[Unit]\n");
  await assertRejects(() => install(CLIENT, system), CliError, `Cannot write ${UNIT}`);
  await assertRejects(() => SYSTEMD.remove(CLIENT, system), CliError, "There is no");
  assertEquals(system.readText(UNIT), "[Unit]\n");
});

test("a package's service is not installed twice", async (system) => {
  system.write("/usr/lib/systemd/system/teredo-client.service", "");
  await assertRejects(() => install(CLIENT, system), CliError, "systemctl enable --now");
});

for (const program of ["/home/alice/teredo", "/root/teredo", "/tmp/a b/teredo"]) {
  test(`a program that services can't see is refused: ${program}`, async (system) => {
    const error = await assertRejects(() => install(CLIENT, system, program), CliError);
    const word = program.includes(" ") ? `'${program}'` : program;
    assertStringIncludes(error.message, `"sudo install ${word} /usr/local/bin/teredo"`);
    assertEquals(system.ran, []);
  });
}

Deno.test("service: a path with special characters is quoted for systemd", () => {
  assertStringIncludes(
    unitFile(CLIENT, '/opt/a "b" 5%/$x/teredo'),
    '\nExecStart="/opt/a \\"b\\" 5%%/$$x/teredo" client\n',
  );
});
