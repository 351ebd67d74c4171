/**
 * The contract of what runs services on a system: systemd, launchd or the Task Scheduler.
 *
 * @module
 */

import type { Folders } from "../../ffi/platform_facts.ts";
import type { Service } from "./services.ts";

/** What a manager works on. */
export interface ServiceHost {
  /** In front of every path of systemd's and launchd's; empty for the system itself. */
  readonly root: string;
  /** Where the program's own files are. */
  readonly folders: Folders;
  /**
   * Runs a program of the system.
   *
   * @throws {CliError} it fails
   */
  run(program: string, ...args: string[]): Promise<void>;
  /** What a program of the system prints; `undefined` if it fails. */
  read(program: string, ...args: string[]): Promise<string | undefined>;
  /** What lets other users exchange a file that there is, by its absolute path: it, or a folder. */
  weakPart(path: string): string | undefined;
  /** Says what was done. */
  say(line: string): void;
}

/** What to install. */
export interface Installation {
  readonly service: Service;
  /** The absolute path of the executable. */
  readonly program: string;
  /** The role's configuration, unless there is one. */
  readonly exampleConfig: string;
  /** Whether to switch on IPv6 forwarding if the service needs it. */
  readonly forwarding: boolean;
}

/** Installs and removes services. */
export interface ServiceManager {
  /** Whether it runs this system; if not, why. */
  readonly absence: (() => string | undefined) | undefined;
  /**
   * Installs a service, and returns the path of its configuration. It doesn't start at boot yet.
   *
   * @throws {CliError} it can't be installed
   */
  install(installation: Installation, host: ServiceHost): Promise<string>;
  /**
   * Starts an installed service, now and at each boot.
   *
   * @throws {CliError} it can't be started
   */
  start(service: Service, host: ServiceHost): Promise<void>;
  /**
   * Stops and removes a service. Configuration and secrets stay.
   *
   * @throws {CliError} there is no such service of ours
   */
  remove(service: Service, host: ServiceHost): Promise<void>;
}
