/** Installing services into a folder that stands for macOS. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../../cli/process/failure.ts";
import { LAUNCHD, propertyList } from "../../../cli/service/launchd_manager.ts";
import { type Service, SERVICES } from "../../../cli/service/services.ts";
import { platform } from "../../../ffi/platform.ts";
import { temporaryFolder } from "../../temporary_folder.ts";
import { FakeSystem } from "./fake_system.ts";
import { elementsOf } from "./xml_elements.ts";

const [CLIENT, , SERVER, BOTH] = SERVICES as [Service, Service, Service, Service];
const LIST = "/Library/LaunchDaemons/teredo-client.plist";

function install(service: Service, system: FakeSystem, program = "/usr/local/bin/teredo") {
  return LAUNCHD.install(
    { service, program, exampleConfig: "# nothing\n", forwarding: true },
    system,
  );
}

function test(name: string, fn: (system: FakeSystem) => Promise<void>): void {
  Deno.test({
    name: `launchd: ${name}`,
    ignore: !platform.hasFileModes,
    fn: async () => {
      await using files = await temporaryFolder();
      await fn(new FakeSystem(files.folder));
    },
  });
}

test("install writes a property list that does not start yet, and an example", async (system) => {
  assertEquals(await install(CLIENT, system), "/etc/teredo/client.yaml");
  assertEquals(system.readText("/etc/teredo/client.yaml"), "# nothing\n");
  assertEquals(system.readText(LIST), propertyList(CLIENT, "/usr/local/bin/teredo"));
  assertEquals(system.ran, ["launchctl disable system/teredo-client"]);
  assert(Deno.statSync(`${system.root}/var/teredo`).isDirectory, "what the client remembers");
});

test("a configuration that exists stays", async (system) => {
  system.write("/etc/teredo/client.yaml", "server: teredo.example\n");
  await install(CLIENT, system);
  assertEquals(system.readText("/etc/teredo/client.yaml"), "server: teredo.example\n");
});

test("a service starts now and at each boot, in place of one that runs", async (system) => {
  await LAUNCHD.start(CLIENT, system);
  assertEquals(system.ran, [
    "launchctl enable system/teredo-client",
    "launchctl bootout system/teredo-client",
    `launchctl bootstrap system ${LIST}`,
  ]);
  system.failing = `launchctl bootstrap system ${LIST}`;
  const error = await assertRejects(() => LAUNCHD.start(CLIENT, system), CliError);
  assertEquals(
    error.message,
    "Cannot start teredo-client: the unit failed. /var/log/teredo-client.log may say why",
  );
});

test("remove stops the service and leaves the configuration", async (system) => {
  await install(CLIENT, system);
  system.ran.length = 0;
  await LAUNCHD.remove(CLIENT, system);
  assertEquals(system.ran, ["launchctl bootout system/teredo-client"]);
  assertEquals(await system.files("/Library"), []);
  assertEquals(await system.files(), ["/etc/teredo/client.yaml"]);
  const error = await assertRejects(() => LAUNCHD.remove(CLIENT, system), CliError);
  assertStringIncludes(error.message, `There is no ${LIST}`);
});

test("files of others are neither replaced nor removed", async (system) => {
  system.write(LIST, "<plist/>");
  await assertRejects(() => install(CLIENT, system), CliError, "somebody else wrote the file");
  await assertRejects(() => LAUNCHD.remove(CLIENT, system), CliError, "There is no");
  assertEquals(system.readText(LIST), "<plist/>");
});

test("a server is not installed next to a server", async (system) => {
  await install(SERVER, system);
  const error = await assertRejects(() => install(BOTH, system), CliError);
  assertStringIncludes(error.message, 'First: "teredo service remove server"');
  await install(SERVER, system);
  await install(CLIENT, system);
});

test("a program that users may change is refused", async (system) => {
  const program = "/Users/alice/teredo";
  system.weak.set(program, "/Users/alice");
  const error = await assertRejects(() => install(CLIENT, system, program), CliError);
  assertStringIncludes(error.message, "users other than root may change /Users/alice, and");
  assertStringIncludes(error.message, `sudo install ${program} /opt/teredo/teredo"`);
  assertEquals(system.ran, []);
});

Deno.test("launchd: the property list is XML that launchd.plist(5) describes", () => {
  const text = propertyList(BOTH, "/opt/R&D/teredo");
  const elements = elementsOf(text);
  assertEquals(elements.filter(([name]) => name === "key").map(([, value]) => value), [
    "Label",
    "ProgramArguments",
    "RunAtLoad",
    "KeepAlive",
    "SuccessfulExit",
    "ThrottleInterval",
    "ProcessType",
    "StandardErrorPath",
  ]);
  assertEquals(elements.filter(([name]) => name === "string").map(([, value]) => value), [
    "teredo-server-relay",
    "/opt/R&D/teredo",
    "server",
    "--relay",
    "Interactive",
    "/var/log/teredo-server-relay.log",
  ]);
});
