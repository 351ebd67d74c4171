/**
 * `teredo check`.
 *
 * @module
 */

import { FOLDERS } from "../process/folders.ts";
import {
  type CliError,
  ConfigError,
  joinFailures,
  toCliError,
  UsageError,
} from "../process/failure.ts";
import { type Command, command } from "../args/command.ts";
import { ExitCode } from "../process/exit_code.ts";
import { wantedLog, warningText } from "../args/failure_text.ts";
import { optional } from "../args/option.ts";
import { checkFile, defaultConfigFile, setsNothing } from "../args/sources/settle_values.ts";
import { strayWarnings } from "../args/sources/stray_variables.ts";
import { FILE, oneOf } from "../args/kinds/value_kind.ts";

/** Roles that have a configuration file. */
const ROLES = ["client", "server", "relay"] as const;

/** A file to check, with the command that reads it. */
interface Check {
  readonly path: string;
  readonly role: Command;
}

/** Makes the command. It is itself in the table of commands, and so gets that only when it runs. */
export function check(commands: () => readonly Command[]): Command {
  const roleOf = (name: string) => commands().find((each) => each.name === name)!;
  return command({
    name: "check",
    summary: "Check configuration files for mistakes",
    details: [
      "Reads the files like the roles do, together with the environment, and reports every " +
      "mistake with its line: wrong values, files that don't exist or can't be used, and " +
      "addresses that this host doesn't have. It sends nothing, needs no privileges beyond " +
      "reading the files, and changes nothing.",
      `Without FILE, it checks the files of all roles in ${FOLDERS.config} that exist and set ` +
      `something. The exit code is ${ExitCode.CONFIG} if there is a mistake.`,
    ],
    positional: {
      kind: FILE,
      help: "File to check; its name, such as client.yaml, or --role says which role it is for",
      isRequired: false,
      isRepeated: true,
    },
    options: {
      role: optional(oneOf("ROLE", ROLES), "Role that the files are for", "what their names say"),
    },
    examples: [
      { line: "check", does: "Check the configuration of this host" },
      { line: "check --role server new.yaml", does: "Check a file before it replaces server.yaml" },
    ],
    async run({ role }, files, context) {
      const { print, environment, configFolder } = context;
      const warnings = strayWarnings(role && roleOf(role), commands(), context);
      const wanted = wantedLog(undefined, [], context);
      for (const warning of warnings) {
        context.printError(warningText(warning, wanted, context.errorWidth));
      }
      const checks = files.length > 0
        ? files.map((path) => ({ path, role: roleOf(role ?? namedRole(path)) }))
        : presentFiles((role === undefined ? ROLES : [role]).map(roleOf), configFolder);
      if (checks.length === 0) print(`There is no configuration in ${configFolder}\n`);
      // Packages install files for all roles, but most hosts run one.
      const isAsked = files.length > 0 || role !== undefined;
      const failures: CliError[] = [];
      for (const { path, role } of checks) {
        try {
          if (!isAsked && await setsNothing(role, path)) {
            print(`${path}: sets nothing for teredo ${role.name}\n`);
            continue;
          }
          await checkFile(role, path, environment);
          print(`${path}: OK, for teredo ${role.name}\n`);
        } catch (error) {
          failures.push(toCliError(error));
        }
      }
      if (failures.length > 0) throw asMistakes(joinFailures(failures));
    },
  });
}

/** The files that exist where the roles look for them. */
function presentFiles(roles: readonly Command[], folder: string): Check[] {
  return roles.flatMap((role) => {
    const path = defaultConfigFile(role, folder)!;
    try {
      Deno.statSync(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
    }
    return [{ path, role }];
  });
}

/** The role that a file's name contains: `client.yaml`, `/srv/relay-2.yml`. */
function namedRole(path: string): typeof ROLES[number] {
  const words = path.split(/[/\\]/).at(-1)!.toLowerCase().split(/[^a-z]+/);
  const role = ROLES.find((name) => words.includes(name));
  if (role !== undefined) return role;
  const choice = ROLES.map((name) => `--role ${name}`).join(", ");
  throw new UsageError(`Cannot guess the role that ${path} is for: add one of ${choice}`, "check");
}

/** Whatever is wrong with the settings: for a role, some of it may pass by itself. */
function asMistakes(failure: CliError): CliError {
  const { message, exitCode } = failure;
  return exitCode === ExitCode.PERMISSION ? failure : new ConfigError(message);
}
