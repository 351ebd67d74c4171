/**
 * Installing and removing services under systemd.
 *
 * @module
 */

import { SystemError } from "../../ffi/c/errno.ts";
import { readSpecialFile } from "../../ffi/c/special_file.ts";
import { reasonOf } from "../../reason.ts";
import { CliError } from "../process/failure.ts";
import { ExitCode } from "../process/exit_code.ts";
import { systemFailure } from "../process/system_failure.ts";
import { shellWord } from "../text/shell_word.ts";
import { AUTHOR, exists, isOurs, remove, write, writeExample } from "./service_files.ts";
import type { Installation, ServiceHost, ServiceManager } from "./service_manager.ts";
import { type Service, SERVICES } from "./services.ts";
import { forwardingSettings, SYSUSERS, TMPFILES } from "./system_files.ts";
import { unitFile, unitName } from "./unit.ts";

/** The first line of our files. */
const MARK = `# ${AUTHOR}\n`;

/** Folders that the units hide from the services. */
const HIDDEN = /^\/(?:home|root|run\/user|tmp|var\/tmp)\//;

const UNITS = "/etc/systemd/system";
const PACKAGED = ["/usr/lib/systemd/system", "/lib/systemd/system"];

const SYSUSERS_FILE = "/etc/sysusers.d/teredo.conf";
const TMPFILES_FILE = "/etc/tmpfiles.d/teredo.conf";
const SYSCTL_FILE = "/etc/sysctl.d/60-teredo-relay.conf";

/** Services as units of systemd. */
export const SYSTEMD: ServiceManager = { absence, install, start, remove: removeService };

function absence(): string | undefined {
  return exists("/run/systemd/system", { root: "" })
    ? undefined
    : "systemd does not run this system. The roles run in the foreground, so any other service " +
      "manager can run them too";
}

async function install(
  { service, program, exampleConfig, forwarding }: Installation,
  host: ServiceHost,
): Promise<string> {
  refuseHidden(program);
  refusePackaged(service, host);
  const unit = `${UNITS}/${unitName(service)}`;
  write(unit, MARK + unitFile(service, program), host);
  write(SYSUSERS_FILE, MARK + SYSUSERS, host);
  write(TMPFILES_FILE, MARK + TMPFILES, host);
  await host.run("systemd-sysusers", SYSUSERS_FILE);
  await host.run("systemd-tmpfiles", "--create", TMPFILES_FILE);
  if (service.forwards && forwarding) {
    write(SYSCTL_FILE, MARK + forwardingSettings(listeningInterfaces(host)), host);
    await host.run("sysctl", "--quiet", "--load", SYSCTL_FILE);
  }
  const { config: folder } = host.folders;
  const config = `${folder}/${service.role}.yaml`;
  Deno.mkdirSync(`${host.root}${folder}`, { recursive: true });
  writeExample(config, exampleConfig, host);
  await host.run("systemctl", "daemon-reload");
  return config;
}

async function start(service: Service, host: ServiceHost): Promise<void> {
  const unit = unitName(service);
  await host.run("systemctl", "--quiet", "enable", unit);
  try {
    // Not "enable --now": a service that was running continues with the new program.
    await host.run("systemctl", "restart", unit);
  } catch (error) {
    throw new CliError(
      `Cannot start ${unit}: ${reasonOf(error)}. "journalctl -u ${unit}" shows why`,
      ExitCode.FAILED,
      { cause: error },
    );
  }
  host.say(`Started ${unit}; it also starts at each boot`);
}

async function removeService(service: Service, host: ServiceHost): Promise<void> {
  const unit = unitName(service);
  const path = `${UNITS}/${unit}`;
  if (!isOurs(path, host)) {
    throw new CliError(
      `There is no ${path} that "teredo service install" wrote. ` +
        `To switch off a package's service, run "systemctl disable --now ${unit}"`,
    );
  }
  await host.run("systemctl", "--quiet", "disable", "--now", unit);
  remove(path, host);
  const left = SERVICES.filter((each) => isOurs(`${UNITS}/${unitName(each)}`, host));
  if (!left.some(({ forwards }) => forwards) && isOurs(SYSCTL_FILE, host)) {
    remove(SYSCTL_FILE, host);
    host.say("IPv6 forwarding stays on until the next boot");
  }
  if (left.length === 0) {
    for (const file of [SYSUSERS_FILE, TMPFILES_FILE]) if (isOurs(file, host)) remove(file, host);
    const { config } = host.folders;
    if (exists(config, host)) host.say(`${config} and the group teredo stay`);
  }
  await host.run("systemctl", "daemon-reload");
}

function refuseHidden(program: string): void {
  if (!HIDDEN.test(program)) return;
  const word = shellWord(program);
  throw new CliError(
    `Cannot install a service for ${program}: services don't see files in home folders and in ` +
      `those for temporary files. Copy it first: "sudo install ${word} /usr/local/bin/teredo", ` +
      "then use that one",
  );
}

function refusePackaged(service: Service, host: ServiceHost): void {
  const unit = unitName(service);
  const packaged = PACKAGED.map((folder) => `${folder}/${unit}`).find((path) => exists(path, host));
  if (packaged === undefined) return;
  throw new CliError(
    `A package has installed this service: ${packaged}. Start it with ` +
      `"systemctl enable --now ${unit}"`,
  );
}

/** Interfaces that listen to router advertisements, and would not if the host forwards. */
function listeningInterfaces({ root }: ServiceHost): string[] {
  const folder = `${root}/proc/sys/net/ipv6/conf`;
  return namesIn(folder)
    .filter((name) => !["all", "default", "lo"].includes(name))
    .filter((name) => listens(`${folder}/${name}/accept_ra`))
    .sort();
}

/** What is in a folder; nothing if it is absent, as without IPv6. */
function namesIn(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw systemFailure(`Cannot read ${folder}`, error);
  }
}

/** Whether `accept_ra` is 1. The interface may have gone meanwhile. */
function listens(path: string): boolean {
  try {
    return readSpecialFile(path).trim() === "1";
  } catch (error) {
    if (error instanceof SystemError && error.code === "ENOENT") return false;
    throw systemFailure(`Cannot read ${path}`, error);
  }
}
