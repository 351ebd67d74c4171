/** Installing services as tasks, into folders that stand for Windows. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../../cli/process/failure.ts";
import { pathIn } from "../../../cli/process/folders.ts";
import { type Service, SERVICES } from "../../../cli/service/services.ts";
import { taskXml, utf16 } from "../../../cli/service/task.ts";
import { TASK_SCHEDULER } from "../../../cli/service/task_manager.ts";
import { temporaryFolder } from "../../temporary_folder.ts";
import "../../ffi/open_libc.ts";
import { FakeSystem } from "./fake_system.ts";
import { elementsOf } from "./xml_elements.ts";

const [CLIENT, , SERVER, BOTH] = SERVICES as [Service, Service, Service, Service];
const PROGRAM = "C:\\Program Files\\Teredo\\teredo.exe";
const RULE = "netsh advfirewall firewall";

/** A system that also keeps what a task is made of. */
class FakeWindows extends FakeSystem {
  task: Uint8Array | undefined;

  constructor(root: string) {
    super(root, false);
  }

  override run(program: string, ...args: string[]): Promise<void> {
    const file = args[args.indexOf("/XML") + 1];
    if (args[0] === "/Create") this.task = Deno.readFileSync(file!);
    return super.run(program, ...args);
  }
}

function install(service: Service, system: FakeSystem, program = PROGRAM): Promise<string> {
  return TASK_SCHEDULER.install(
    { service, program, exampleConfig: "# nothing\n", forwarding: true },
    system,
  );
}

function test(name: string, fn: (system: FakeWindows) => Promise<void>): void {
  Deno.test(`tasks: ${name}`, async () => {
    await using files = await temporaryFolder();
    await fn(new FakeWindows(files.folder));
  });
}

/** The task exists, and `schtasks` shows it. */
function show(system: FakeSystem, { name }: Service, xml: string): void {
  system.printed.set(`schtasks /Query /TN teredo-${name} /XML`, xml);
}

test("install makes a task that does not start yet, a rule and an example", async (system) => {
  const { config, state } = system.folders;
  const path = pathIn(config, "client.yaml");
  assertEquals(await install(CLIENT, system), path);
  assertEquals(Deno.readTextFileSync(path), "# nothing\n");
  const file = pathIn(state, "teredo-client.xml");
  assertEquals(system.ran.filter((line) => !line.includes("/Query")), [
    `schtasks /Create /TN teredo-client /XML ${file} /F`,
    `${RULE} delete rule name=teredo-client`,
    `${RULE} add rule name=teredo-client dir=in action=allow protocol=udp program=${PROGRAM}`,
  ]);
  const log = pathIn(state, "teredo-client.log");
  assertEquals(system.task, utf16(taskXml(CLIENT, { program: PROGRAM, log })));
  assertEquals(Array.from(Deno.readDirSync(state)), [], "the file is needed no more");
});

test("a configuration that exists stays, and the task is replaced", async (system) => {
  const path = pathIn(system.folders.config, "client.yaml");
  await install(CLIENT, system);
  Deno.writeTextFileSync(path, "server: teredo.example\n");
  // As Windows prints it on some systems.
  show(system, CLIENT, Array.from("<Author>Written by teredo service install</Author>").join("\0"));
  await install(CLIENT, system);
  assertEquals(Deno.readTextFileSync(path), "server: teredo.example\n");
});

test("a service starts now and at each boot, in place of one that runs", async (system) => {
  await TASK_SCHEDULER.start(CLIENT, system);
  assertEquals(system.ran, [
    "schtasks /Change /TN teredo-client /ENABLE",
    "schtasks /End /TN teredo-client",
    "schtasks /Run /TN teredo-client",
  ]);
  system.failing = "schtasks /Run /TN teredo-client";
  const error = await assertRejects(() => TASK_SCHEDULER.start(CLIENT, system), CliError);
  const log = pathIn(system.folders.state, "teredo-client.log");
  assertEquals(
    error.message,
    `Cannot start the task teredo-client: the unit failed. ${log} may say why`,
  );
});

test("remove stops the task and leaves the configuration", async (system) => {
  show(system, CLIENT, taskXml(CLIENT, { program: PROGRAM, log: "C:\\log" }));
  await TASK_SCHEDULER.remove(CLIENT, system);
  assertEquals(system.ran.slice(1), [
    "schtasks /End /TN teredo-client",
    "schtasks /Delete /TN teredo-client /F",
    `${RULE} delete rule name=teredo-client`,
  ]);
});

test("tasks of others are neither replaced nor removed", async (system) => {
  show(system, CLIENT, "<Author>Alice</Author>");
  await assertRejects(() => install(CLIENT, system), CliError, "somebody else made one");
  await assertRejects(() => TASK_SCHEDULER.remove(CLIENT, system), CliError, "There is no task");
  assert(!system.ran.some((line) => /Create|Delete|add rule/.test(line)));
});

test("a server is not installed next to a server", async (system) => {
  show(system, SERVER, taskXml(SERVER, { program: PROGRAM, log: "C:\\log" }));
  const error = await assertRejects(() => install(BOTH, system), CliError);
  assertStringIncludes(error.message, 'First: "teredo service remove server"');
  await install(CLIENT, system);
});

for (
  const [program, part] of [
    ["C:\\Users\\alice\\teredo.exe", "C:\\Users\\alice"],
    ["C:\\teredo\\teredo.exe", "C:\\teredo"],
  ] as const
) {
  test(`a program that users may change is refused: ${program}`, async (system) => {
    system.weak.set("C:\\teredo\\teredo.exe", "C:\\teredo");
    const error = await assertRejects(() => install(CLIENT, system, program), CliError);
    assertStringIncludes(
      error.message,
      `Cannot install a service for ${program}: users may change ${part}, and`,
    );
    assertStringIncludes(error.message, "to a folder below %ProgramFiles%");
    assertEquals(system.ran, []);
  });
}

test("a program beside which users may change wintun.dll is refused", async (system) => {
  const [program, driver] = ["teredo.exe", "wintun.dll"].map((name) => pathIn(system.root, name));
  Deno.writeTextFileSync(driver!, "");
  system.weak.set(driver!, driver!);
  const error = await assertRejects(() => install(CLIENT, system, program), CliError);
  assertStringIncludes(error.message, `users may change ${driver}, and`);
  assertEquals(system.ran, []);
});

Deno.test("tasks: the XML says what to run, as whom, when and how long", () => {
  const log = "C:\\ProgramData\\teredo\\state\\teredo-server-relay.log";
  const text = taskXml(BOTH, { program: "C:\\R&D\\teredo.exe", log });
  const values = new Map(elementsOf(text.slice(text.indexOf("<Task"))));
  assertEquals(values.get("Command"), "C:\\R&D\\teredo.exe");
  assertEquals(values.get("Arguments"), `--log-file "${log}" server --relay`);
  assertEquals(values.get("UserId"), "S-1-5-18");
  assertEquals(values.get("ExecutionTimeLimit"), "PT0S");
  assertEquals(values.get("MultipleInstancesPolicy"), "IgnoreNew");
  assertEquals(values.get("Interval"), "PT1M");
  assertStringIncludes(text, "<BootTrigger><Enabled>true</Enabled></BootTrigger>");
  assertStringIncludes(text, "    <Enabled>false</Enabled>\r\n");
});

Deno.test("tasks: the file is in UTF-16 with a mark", () => {
  assertEquals(Array.from(utf16("<é")), [0xff, 0xfe, 0x3c, 0, 0xe9, 0]);
});
