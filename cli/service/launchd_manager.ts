/**
 * Services under launchd of macOS: a property list in `/Library/LaunchDaemons` for each,
 * launchd.plist(5).
 *
 * Whether it starts at boot is what launchd itself remembers by `launchctl enable` and `disable`.
 *
 * @module
 */

import { reasonOf } from "../../reason.ts";
import { ExitCode } from "../process/exit_code.ts";
import { CliError } from "../process/failure.ts";
import { shellWord } from "../text/shell_word.ts";
import { AUTHOR, isOurs, remove, write, writeExample } from "./service_files.ts";
import type { Installation, ServiceHost, ServiceManager } from "./service_manager.ts";
import { refuseRival, type Service } from "./services.ts";
import { xmlText } from "./xml_text.ts";

/** Services as daemons of launchd. */
export const LAUNCHD: ServiceManager = {
  absence: undefined,
  install,
  start,
  remove: removeService,
};

/** A folder for the program in which only root may change anything. Homebrew takes /usr/local/bin. */
const FOLDER = "/opt/teredo";

function labelOf({ name }: Service): string {
  return `teredo-${name}`;
}

function pathOf(service: Service): string {
  return `/Library/LaunchDaemons/${labelOf(service)}.plist`;
}

function logOf(service: Service): string {
  return `/var/log/${labelOf(service)}.log`;
}

/**
 * The property list of a service.
 *
 * @param program the absolute path of the executable
 */
export function propertyList(service: Service, program: string): string {
  const words = [program, ...service.line.split(" ")];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    `<!-- ${AUTHOR}: ${service.description} -->`,
    '<plist version="1.0">',
    "<dict>",
    `  <key>Label</key><string>${labelOf(service)}</string>`,
    "  <key>ProgramArguments</key>",
    "  <array>",
    ...words.map((word) => `    <string>${xmlText(word)}</string>`),
    "  </array>",
    "  <key>RunAtLoad</key><true/>",
    "  <!-- Again after a failure; a role that ends as it was told to has succeeded -->",
    "  <key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>",
    "  <key>ThrottleInterval</key><integer>10</integer>",
    "  <!-- It moves the packets of people that wait for them -->",
    "  <key>ProcessType</key><string>Interactive</string>",
    `  <key>StandardErrorPath</key><string>${logOf(service)}</string>`,
    "</dict>",
    "</plist>",
    "",
  ].join("\n");
}

async function install(
  { service, program, exampleConfig }: Installation,
  host: ServiceHost,
): Promise<string> {
  refuseWeak(program, host);
  refuseRival(service, (each) => isOurs(pathOf(each), host));
  write(pathOf(service), propertyList(service, program), host);
  await host.run("launchctl", "disable", `system/${labelOf(service)}`);
  const { config: folder, state } = host.folders;
  for (const each of [folder, state]) Deno.mkdirSync(`${host.root}${each}`, { recursive: true });
  const config = `${folder}/${service.role}.yaml`;
  writeExample(config, exampleConfig, host);
  return config;
}

/**
 * Refuses a program that others than root may change: they would become root.
 *
 * @throws {CliError} they may
 */
function refuseWeak(program: string, host: ServiceHost): void {
  const part = host.weakPart(program);
  if (part === undefined) return;
  const copy = `sudo mkdir -p ${FOLDER} && sudo install ${shellWord(program)} ${FOLDER}/teredo`;
  throw new CliError(
    `Cannot install a service for ${program}: users other than root may change ${part}, and so ` +
      `what root runs. Copy the program first: "${copy}", then use that one`,
  );
}

async function start(service: Service, host: ServiceHost): Promise<void> {
  const target = `system/${labelOf(service)}`;
  await host.run("launchctl", "enable", target);
  // One that runs goes on with the new program and property list.
  await host.read("launchctl", "bootout", target);
  try {
    await host.run("launchctl", "bootstrap", "system", pathOf(service));
  } catch (error) {
    throw new CliError(
      `Cannot start ${labelOf(service)}: ${reasonOf(error)}. ${logOf(service)} may say why`,
      ExitCode.FAILED,
      { cause: error },
    );
  }
  host.say(
    `Started ${labelOf(service)}; it also starts at each boot. Its log is ${logOf(service)}`,
  );
}

async function removeService(service: Service, host: ServiceHost): Promise<void> {
  const path = pathOf(service);
  if (!isOurs(path, host)) {
    throw new CliError(`There is no ${path} that "teredo service install" wrote`);
  }
  // It may not be loaded.
  await host.read("launchctl", "bootout", `system/${labelOf(service)}`);
  remove(path, host);
  host.say(`${host.folders.config} and ${logOf(service)} stay`);
}
