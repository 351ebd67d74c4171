/**
 * Installing and removing services under systemd.
 *
 * @module
 */

import { reasonOf } from "../../reason.ts";
import { CliError } from "../process/failure.ts";
import { ExitCode } from "../process/exit_code.ts";
import { shellWord } from "../text/shell_word.ts";
import { type Service, SERVICES } from "./services.ts";
import { forwardingSettings, SYSUSERS, TMPFILES } from "./system_files.ts";
import { unitFile, unitName } from "./unit.ts";

/** What a manager works on. */
export interface SystemdHost {
  /** In front of every path; empty for the system itself. */
  readonly root: string;
  /** Runs a program of the system. */
  run(program: string, ...args: string[]): Promise<void>;
  /** Says what was done. */
  say(line: string): void;
}

/** What to install. */
interface Installation {
  readonly service: Service;
  /** The absolute path of the executable. */
  readonly program: string;
  /** The role's configuration, if there is none yet. */
  readonly exampleConfig: string;
  /** Whether to switch on IPv6 forwarding if the service needs it. */
  readonly forwarding: boolean;
}

/** The first line of our files. Others are not ours to replace or remove. */
const MARK = "# Written by teredo service install\n";

/** Folders that the units hide from the services. */
const HIDDEN = /^\/(?:home|root|run\/user|tmp|var\/tmp)\//;

const UNITS = "/etc/systemd/system";
const PACKAGED = ["/usr/lib/systemd/system", "/lib/systemd/system"];
const CONFIG_FOLDER = "/etc/teredo";

const SYSUSERS_FILE = "/etc/sysusers.d/teredo.conf";
const TMPFILES_FILE = "/etc/tmpfiles.d/teredo.conf";
const SYSCTL_FILE = "/etc/sysctl.d/60-teredo-relay.conf";

/**
 * Installs a service, and returns the path of its configuration. It is not enabled or started yet.
 *
 * @throws {CliError} it can't be installed
 */
export async function installService(
  { service, program, exampleConfig, forwarding }: Installation,
  host: SystemdHost,
): Promise<string> {
  refuseHidden(program);
  refusePackaged(service, host);
  const unit = `${UNITS}/${unitName(service)}`;
  write(unit, unitFile(service, program), host);
  write(SYSUSERS_FILE, SYSUSERS, host);
  write(TMPFILES_FILE, TMPFILES, host);
  await host.run("systemd-sysusers", SYSUSERS_FILE);
  await host.run("systemd-tmpfiles", "--create", TMPFILES_FILE);
  if (service.forwards && forwarding) {
    write(SYSCTL_FILE, forwardingSettings(listeningInterfaces(host)), host);
    await host.run("sysctl", "--quiet", "--load", SYSCTL_FILE);
  }
  const config = `${CONFIG_FOLDER}/${service.role}.yaml`;
  if (!exists(config, host)) {
    Deno.mkdirSync(`${host.root}${CONFIG_FOLDER}`, { recursive: true });
    Deno.writeTextFileSync(`${host.root}${config}`, exampleConfig, { createNew: true });
    host.say(`Wrote ${config}, in which nothing is set`);
  }
  await host.run("systemctl", "daemon-reload");
  return config;
}

/**
 * Starts an installed service, now and at each boot.
 *
 * @throws {CliError} it can't be started
 */
export async function startService(service: Service, host: SystemdHost): Promise<void> {
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

/**
 * Stops and removes a service. Configuration and secrets stay.
 *
 * @throws {CliError} there is no such service of ours
 */
export async function removeService(service: Service, host: SystemdHost): Promise<void> {
  const unit = unitName(service);
  const path = `${UNITS}/${unit}`;
  if (!isOurs(path, host)) {
    throw new CliError(
      `There is no ${path} that "teredo service install" wrote. ` +
        `A package's service is switched off by "systemctl disable --now ${unit}"`,
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
    if (exists(CONFIG_FOLDER, host)) host.say(`${CONFIG_FOLDER} and the group teredo stay`);
  }
  await host.run("systemctl", "daemon-reload");
}

function refuseHidden(program: string): void {
  if (!HIDDEN.test(program)) return;
  const word = shellWord(program);
  throw new CliError(
    `Cannot install a service for ${program}: services don't see files in home folders and in those for ` +
      `temporary files. Copy it first: "sudo install ${word} /usr/local/bin/teredo", then use that one`,
  );
}

function refusePackaged(service: Service, host: SystemdHost): void {
  const unit = unitName(service);
  const packaged = PACKAGED.map((folder) => `${folder}/${unit}`).find((path) => exists(path, host));
  if (packaged === undefined) return;
  throw new CliError(
    `A package has installed this service: ${packaged}. Start it by "systemctl enable --now ${unit}"`,
  );
}

function write(path: string, text: string, host: SystemdHost): void {
  if (exists(path, host) && !isOurs(path, host)) {
    throw new CliError(
      `Cannot write ${path}: somebody else wrote the file that is there. Move it away first`,
    );
  }
  const target = `${host.root}${path}`;
  try {
    Deno.mkdirSync(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    // Replaced in one step, so a crash leaves no half of it.
    Deno.writeTextFileSync(`${target}.new`, MARK + text, { mode: 0o644 });
    Deno.chmodSync(`${target}.new`, 0o644);
    Deno.renameSync(`${target}.new`, target);
  } catch (error) {
    throw new CliError(`Cannot write ${path}: ${reasonOf(error)}`, ExitCode.FAILED, {
      cause: error,
    });
  }
  host.say(`Wrote ${path}`);
}

function remove(path: string, host: SystemdHost): void {
  Deno.removeSync(`${host.root}${path}`);
  host.say(`Removed ${path}`);
}

function exists(path: string, { root }: SystemdHost): boolean {
  try {
    Deno.lstatSync(`${root}${path}`);
    return true;
  } catch {
    return false;
  }
}

function isOurs(path: string, { root }: SystemdHost): boolean {
  try {
    return Deno.readTextFileSync(`${root}${path}`).startsWith(MARK);
  } catch {
    return false;
  }
}

/** Interfaces that listen to router advertisements, and would not if the host forwards. */
function listeningInterfaces({ root }: SystemdHost): string[] {
  const folder = `${root}/proc/sys/net/ipv6/conf`;
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name)
      .filter((name) => !["all", "default", "lo"].includes(name))
      .filter((name) => Deno.readTextFileSync(`${folder}/${name}/accept_ra`).trim() === "1")
      .sort();
  } catch {
    return [];
  }
}
