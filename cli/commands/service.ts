/**
 * `teredo service`.
 *
 * @module
 */

import { type Command, command } from "../args/command.ts";
import { switchedOn } from "../args/option.ts";
import { oneOf } from "../args/kinds/value_kind.ts";
import { checkFile } from "../args/sources/settle_values.ts";
import { ownExecutable } from "../process/executable.ts";
import { ExitCode } from "../process/exit_code.ts";
import { CliError, UsageError } from "../process/failure.ts";
import type { ProcessContext } from "../process/process_context.ts";
import { type Service, SERVICES } from "../service/services.ts";
import type { ServiceHost, ServiceManager } from "../service/service_manager.ts";
import { fileAccess } from "../../ffi/open_file_access.ts";
import { platform } from "../../ffi/platform.ts";
import type { PlatformFacts } from "../../ffi/platform_facts.ts";
import { FOLDERS } from "../process/folders.ts";
import { howToGetPrivilege, privilegedUser } from "../process/privilege.ts";
import { systemFailure } from "../process/system_failure.ts";

/** What runs services. */
const MANAGERS: Readonly<
  Record<PlatformFacts["serviceManager"], () => Promise<ServiceManager>>
> = {
  ["systemd"]: async () => (await import("../service/systemd_manager.ts")).SYSTEMD,
  ["launchd"]: async () => (await import("../service/launchd_manager.ts")).LAUNCHD,
  ["Task Scheduler"]: async () => (await import("../service/task_manager.ts")).TASK_SCHEDULER,
};

/** What installing does, besides the configuration. */
const WRITES: Readonly<Record<PlatformFacts["serviceManager"], string>> = {
  ["systemd"]: "Writes a systemd unit for this executable, makes the user and the group teredo",
  ["launchd"]: "Writes a property list of launchd for this executable",
  ["Task Scheduler"]:
    "Makes a task that runs this executable as LocalSystem, lets UDP through the firewall to it",
};

const ACTIONS = ["install", "remove"] as const;
const NAMES = SERVICES.map(({ name }) => name);

/** Makes the command. It is itself in the table of commands, and so gets that only when it runs. */
export function service(commands: () => readonly Command[]): Command {
  return command({
    name: "service",
    summary: "Install or remove a service that runs this program at each boot",
    details: [
      `${WRITES[platform.serviceManager]}, and writes an example configuration to ` +
      `${FOLDERS.config} unless there is one. If the configuration is complete, it ` +
      "starts the service; otherwise it says what to do. To use another executable or version, " +
      "install again.",
      "remove stops the service and removes what install wrote, except the configuration.",
      "server-relay is a server that is a relay too. Packages have these services already.",
    ],
    positional: {
      kind: oneOf("WORD", [...ACTIONS, ...NAMES]),
      usage: "install|remove SERVICE",
      help: `install or remove, and the service: ${NAMES.join(", ")}`,
      isRequired: true,
      isRepeated: true,
    },
    options: {
      forwarding: switchedOn(
        "For a relay, leave IPv6 forwarding as it is instead of switching it on at each boot",
        "For a relay, switch IPv6 forwarding on at each boot",
      ),
    },
    examples: [
      { line: "service install client", does: "Run the client at each boot" },
      { line: "service remove client", does: "Undo that" },
    ],
    async run({ forwarding }, words, context) {
      // What is begun is done to its end.
      context.takeSignals();
      const { action, service } = actionOf(words);
      const manager = await MANAGERS[platform.serviceManager]();
      refuseUnable(manager);
      const host = ownHost(context);
      if (action === "remove") return await manager.remove(service, host);
      const { exampleConfig } = await import("../service/example_config.ts");
      const role = commands().find(({ name }) => name === service.role)!;
      const config = await manager.install({
        service,
        program: installedProgram(),
        exampleConfig: exampleConfig(role),
        forwarding,
      }, host);
      if (await isComplete(role, config, context)) await manager.start(service, host);
    },
  });
}

function actionOf(words: readonly string[]): { action: string; service: Service } {
  const [action, name, ...more] = words;
  const service = SERVICES.find((each) => each.name === name);
  if (service === undefined || more.length > 0 || !ACTIONS.some((each) => each === action)) {
    throw new UsageError(
      `"teredo service" needs install or remove, and then one of ${NAMES.join(", ")}`,
      "service",
    );
  }
  return { action: action!, service };
}

/** This program, if it can be installed. */
function installedProgram(): string {
  const program = ownExecutable();
  if (program !== undefined) return program;
  throw new CliError(
    "Cannot install a service for a program that runs from its sources. " +
      `Build the executable with "deno task compile", and use that`,
  );
}

/**
 * Whether a service can start with this configuration; if not, says what to do. What may pass by
 * itself, such as an address that this host does not have yet, is only said: the service tries
 * again.
 */
async function isComplete(
  role: Command,
  config: string,
  { environment, print }: ProcessContext,
): Promise<boolean> {
  try {
    await checkFile(role, config, environment);
    return true;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (error.exitCode === ExitCode.FAILED) {
      print(`${error.message}\n`);
      return true;
    }
    print(
      `${error.message}\nComplete ${config}, and run this command again to start the service\n`,
    );
    return false;
  }
}

/** @throws {CliError} there is no such manager here, or we may not use it */
function refuseUnable({ absence }: ServiceManager): void {
  const missing = absence?.();
  if (missing !== undefined) throw new CliError(`Cannot manage services: ${missing}`);
  if (fileAccess().isPrivileged()) return;
  throw new CliError(
    `Cannot manage services: this needs ${privilegedUser()}. ${howToGetPrivilege()}`,
    ExitCode.PERMISSION,
  );
}

/** This system. */
function ownHost({ print }: ProcessContext): ServiceHost {
  return {
    root: "",
    folders: FOLDERS,
    weakPart: (path) => fileAccess().weakPart(path),
    say: (line) => print(`${line}\n`),
    async run(program, ...args) {
      const { success, stdout, stderr } = await output(program, args);
      if (success) return;
      const decoder = new TextDecoder();
      // Some programs of Windows write their errors to the standard output.
      const said = (decoder.decode(stderr).trim() || decoder.decode(stdout).trim())
        .replace(/\.$/, "");
      throw new CliError(`${program} failed${said === "" ? "" : `: ${said}`}`);
    },
    async read(program, ...args) {
      const { success, stdout } = await output(program, args);
      return success ? new TextDecoder().decode(stdout) : undefined;
    },
  };
}

async function output(program: string, args: string[]): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command(program, { args, stdin: "null" }).output();
  } catch (error) {
    throw systemFailure(`Cannot run ${program}`, error);
  }
}
