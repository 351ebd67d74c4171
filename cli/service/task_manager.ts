/**
 * Services under Windows' Task Scheduler.
 *
 * Not under its service manager: that starts programs which call `StartServiceCtrlDispatcher`, and
 * ends any other after half a minute. The call doesn't return while the service runs, and calls back
 * on other threads, which this program's runtime doesn't survive. A task runs any program, at
 * boot, as LocalSystem, and without a user.
 *
 * @module
 */

import { fileAccess } from "../../ffi/open_file_access.ts";
import { reasonOf } from "../../reason.ts";
import { ExitCode } from "../process/exit_code.ts";
import { CliError } from "../process/failure.ts";
import { pathIn } from "../process/folders.ts";
import { AUTHOR, exists, writeExample } from "./service_files.ts";
import type { Installation, ServiceHost, ServiceManager } from "./service_manager.ts";
import { refuseRival, type Service, SERVICES } from "./services.ts";
import { taskName, taskXml, utf16 } from "./task.ts";

/** Services as tasks. */
export const TASK_SCHEDULER: ServiceManager = { absence: undefined, install, start, remove };

/** Folders of users. Programs without administrator rights may change those of an administrator. */
const UNSUITABLE = /^[a-z]:\\users\\/i;

/** The state of a task's name. */
type TaskState = "ours" | "theirs" | "free";

async function stateOf(service: Service, host: ServiceHost): Promise<TaskState> {
  const xml = await host.read("schtasks", "/Query", "/TN", taskName(service), "/XML");
  if (xml === undefined || xml.trim() === "") return "free";
  // It may be in UTF-16.
  return xml.replaceAll("\0", "").includes(AUTHOR) ? "ours" : "theirs";
}

async function install(
  { service, program, exampleConfig }: Installation,
  host: ServiceHost,
): Promise<string> {
  refuseWeak(program, host);
  const name = taskName(service);
  const states = new Map<Service, TaskState>();
  for (const each of SERVICES) states.set(each, await stateOf(each, host));
  if (states.get(service) === "theirs") {
    throw new CliError(`Cannot install a task ${name}: somebody else made one. Remove it first`);
  }
  refuseRival(service, (each) => states.get(each) === "ours");
  const { config: folder, state } = host.folders;
  for (const each of [folder, state]) makeFolder(each);
  await createTask(name, taskXml(service, { program, log: logOf(service, host) }), host);
  host.say(`Made the task ${name}`);
  await allowThroughFirewall(name, program, host);
  const config = pathIn(folder, `${service.role}.yaml`);
  writeExample(config, exampleConfig, { root: "", say: host.say.bind(host) });
  return config;
}

/**
 * Refuses a program that other users may exchange, or whose `wintun.dll` they may: they would become
 * LocalSystem. By default, everybody may change a folder that an administrator makes in `C:\\`.
 *
 * @throws {CliError} they may
 */
function refuseWeak(program: string, host: ServiceHost): void {
  const folder = program.replace(/[\\/][^\\/]*$/, "");
  const driver = pathIn(folder, "wintun.dll");
  const part = (exists(driver, { root: "" }) ? host.weakPart(driver) : undefined) ??
    host.weakPart(program) ?? (UNSUITABLE.test(program) ? folder : undefined);
  if (part === undefined) return;
  throw new CliError(
    `Cannot install a service for ${program}: users may change ${part}, and so become ` +
      "LocalSystem. Copy the program, and wintun.dll with it, to a folder below %ProgramFiles%, " +
      `such as "C:\\Program Files\\Teredo", and use that one; "icacls ${part}" lists its rights`,
  );
}

async function createTask(name: string, xml: string, host: ServiceHost): Promise<void> {
  const file = pathIn(host.folders.state, `${name}.xml`);
  Deno.writeFileSync(file, utf16(xml));
  try {
    await host.run("schtasks", "/Create", "/TN", name, "/XML", file, "/F");
  } finally {
    Deno.removeSync(file);
  }
}

/** Peers begin conversations too, which Windows' firewall lets through to programs that it knows. */
async function allowThroughFirewall(
  name: string,
  program: string,
  host: ServiceHost,
): Promise<void> {
  await host.read("netsh", ...FIREWALL, "delete", "rule", `name=${name}`);
  await host.run(
    "netsh",
    ...[...FIREWALL, "add", "rule", `name=${name}`, "dir=in", "action=allow"],
    ...["protocol=udp", `program=${program}`],
  );
  host.say(`The firewall lets UDP through to ${program}`);
}

const FIREWALL = ["advfirewall", "firewall"];

async function start(service: Service, host: ServiceHost): Promise<void> {
  const name = taskName(service);
  const log = logOf(service, host);
  try {
    await host.run("schtasks", "/Change", "/TN", name, "/ENABLE");
    // One that runs goes on with the new program.
    await host.read("schtasks", "/End", "/TN", name);
    await host.run("schtasks", "/Run", "/TN", name);
  } catch (error) {
    throw new CliError(
      `Cannot start the task ${name}: ${reasonOf(error)}. ${log} may say why`,
      ExitCode.FAILED,
      { cause: error },
    );
  }
  host.say(`Started ${name}; it also starts at each boot. Its log is ${log}`);
}

async function remove(service: Service, host: ServiceHost): Promise<void> {
  const name = taskName(service);
  if (await stateOf(service, host) !== "ours") {
    throw new CliError(`There is no task ${name} that "teredo service install" made`);
  }
  await host.read("schtasks", "/End", "/TN", name);
  await host.run("schtasks", "/Delete", "/TN", name, "/F");
  host.say(`Removed the task ${name}`);
  await host.read("netsh", ...FIREWALL, "delete", "rule", `name=${name}`);
  host.say(`${host.folders.config} stays`);
}

function logOf(service: Service, { folders }: ServiceHost): string {
  return pathIn(folders.state, `${taskName(service)}.log`);
}

/** @throws {CliError} somebody else made it, and could change what is in it */
function makeFolder(path: string): void {
  const access = fileAccess();
  access.makeFolder(path);
  if (access.ownerOf(path) !== "another") return;
  throw new CliError(
    `Cannot use the folder ${path}: it belongs to another user. Remove it, and install again`,
    ExitCode.PERMISSION,
  );
}
