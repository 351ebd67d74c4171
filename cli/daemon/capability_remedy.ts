/**
 * What to do when a capability is missing.
 *
 * @module
 */

import { SystemError } from "../../ffi/c/errno.ts";
import { ownRights } from "../../ffi/open.ts";
import { platform } from "../../ffi/platform.ts";
import type { PlatformFacts } from "../../ffi/platform_facts.ts";
import type { Capability } from "../../ffi/rights.ts";
import { CliError } from "../process/failure.ts";
import { ExitCode } from "../process/exit_code.ts";
import { ownServiceUnit } from "../process/service_unit.ts";
import { shellWord } from "../text/shell_word.ts";

/** The service of a server without a relay. */
const SERVER_UNIT = "teredo-server.service";

/** How a program gets a right, to be read after "or": by a capability where there are such. */
export function waysToGet(
  capability: Capability,
  rights: PlatformFacts["rights"] = platform.rights,
): string {
  switch (rights) {
    case "capabilities":
      return `run as root, or give the program the capability ${capability}`;
    case "root":
      return "run as root";
    case "administrator":
      return "run as administrator";
  }
}

/**
 * Does something that needs a capability.
 *
 * @throws {CliError} the capability is missing; the message shows the commands that grant it
 */
export function withRemedy<T>(capability: Capability, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof SystemError && (error.code === "EPERM" || error.code === "EACCES")) {
      // What forbids it to a program that has the capability, no sudo can change.
      if (ownRights()?.has(capability)) throw new CliError(error.message, ExitCode.PERMISSION);
      throw explain(error, capability);
    }
    // The unit of a server hides all devices.
    if (isHiddenFromServer(error)) throw explain(error, capability);
    throw error;
  }
}

function isHiddenFromServer(error: unknown): error is SystemError {
  return error instanceof SystemError && error.code === "ENOENT" && error.syscall === "open" &&
    ownServiceUnit() === SERVER_UNIT;
}

/** What to do for a service: its unit says which rights it has, and sudo changes nothing. */
export function remedyForService(unit: string, capability: Capability): string {
  return unit === SERVER_UNIT && capability === "CAP_NET_ADMIN"
    ? "The service teredo-server has no right to make interfaces, which a relay or gateway " +
      'needs. Use teredo-server-relay instead: "systemctl disable --now teredo-server", then ' +
      '"systemctl enable --now teredo-server-relay"'
    : `The service ${unit} has no right to that: its unit needs ${capability} in ` +
      "AmbientCapabilities= and CapabilityBoundingSet=";
}

/**
 * The commands are only for the executable: an interpreter would give the capability to every
 * script.
 */
function explain(error: SystemError, capability: Capability): CliError {
  const unit = ownServiceUnit();
  // Programs of other services, such as cron or a test runner, can use sudo.
  if (unit?.startsWith("teredo")) {
    const [what] = error.message.split(/(?<=\(\w+: \w+\))\. /);
    const message = `${what}. ${remedyForService(unit, capability)}`;
    return new CliError(message, ExitCode.PERMISSION, { cause: error });
  }
  const commands = Deno.build.standalone
    ? commandsThatGive(capability, Deno.execPath(), Deno.args)
    : [];
  const message = [error.message, ...commands.map((command) => `  ${command}`)].join("\n");
  return new CliError(message, ExitCode.PERMISSION, { cause: error });
}

/** What to type, for once and for good. */
export function commandsThatGive(
  capability: Capability,
  program: string,
  args: readonly string[],
  rights: PlatformFacts["rights"] = platform.rights,
): string[] {
  const once = `sudo ${[program, ...args].map(shellWord).join(" ")}`;
  const always = `sudo setcap ${capability.toLowerCase()}+ep ${shellWord(program)}`;
  switch (rights) {
    case "capabilities":
      return [once, always];
    case "root":
      return [once];
    case "administrator":
      return [];
  }
}
