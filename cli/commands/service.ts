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
import type { SystemdHost } from "../service/systemd_manager.ts";

const ACTIONS = ["install", "remove"] as const;
const NAMES = SERVICES.map(({ name }) => name);

/** Makes the command. It is itself in the table of commands, and so gets that only when it runs. */
export function service(commands: () => readonly Command[]): Command {
  return command({
    name: "service",
    summary: "Install or remove a service that runs this program at each boot",
    details: [
      "Writes a systemd unit for this executable, makes the group teredo, and writes an example " +
      "configuration to /etc/teredo if there is none. If the configuration is complete, it " +
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
      const { action, service } = actionOf(words);
      const host = systemdHost(context);
      const { installService, removeService, startService } = await import(
        "../service/systemd_manager.ts"
      );
      if (action === "remove") return await removeService(service, host);
      const { exampleConfig } = await import("../service/example_config.ts");
      const role = commands().find(({ name }) => name === service.role)!;
      const config = await installService({
        service,
        program: installedProgram(),
        exampleConfig: exampleConfig(role),
        forwarding,
      }, host);
      if (await isComplete(role, config, context)) await startService(service, host);
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

/** Whether a service could start with this configuration; if not, says what to do. */
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
    print(
      `${error.message}\nComplete ${config}, and run this command again to start the service\n`,
    );
    return false;
  }
}

/** This system, if systemd runs it and we may change it. */
function systemdHost({ print }: ProcessContext): SystemdHost {
  if (!isFolder("/run/systemd/system")) {
    throw new CliError(
      "Cannot manage services: systemd does not run this system. The roles run in the foreground, so " +
        "any other service manager can run them too",
    );
  }
  if (Deno.uid() !== 0) {
    throw new CliError("Cannot manage services: this needs root. Use sudo", ExitCode.PERMISSION);
  }
  return {
    root: "",
    say: (line) => print(`${line}\n`),
    async run(program, ...args) {
      const { success, stderr } = await new Deno.Command(program, { args, stdout: "null" })
        .output();
      if (success) return;
      const said = new TextDecoder().decode(stderr).trim().replace(/\.$/, "");
      throw new CliError(`${program} failed${said === "" ? "" : `: ${said}`}`);
    },
  };
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
