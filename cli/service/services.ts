/**
 * The services that run the roles.
 *
 * @module
 */

import { CliError } from "../process/failure.ts";

/** What differs between the services. */
export interface Service {
  /** Its name after `teredo-`. */
  readonly name: string;
  /** The role that it runs, whose configuration it reads. */
  readonly role: "client" | "relay" | "server";
  readonly description: string;
  /** The command line after the program's name. */
  readonly line: string;
  /** Why it starts after the network is up. */
  readonly needsNetwork: string;
  /** Whether it makes a network interface. */
  readonly hasInterface: boolean;
  /** Whether the kernel has to forward between that interface and the others. */
  readonly forwards: boolean;
}

/** Every service. */
export const SERVICES: readonly Service[] = [
  {
    name: "client",
    role: "client",
    description: "Teredo client: IPv6 through a NAT",
    line: "client",
    needsNetwork: "The client needs to see whether there is native IPv6; then it does not run",
    hasInterface: true,
    forwards: false,
  },
  {
    name: "relay",
    role: "relay",
    description: "Teredo relay: packets between native IPv6 and Teredo clients",
    line: "relay",
    needsNetwork: "The addresses to send from are there when the network is up",
    hasInterface: true,
    forwards: true,
  },
  {
    name: "server",
    role: "server",
    description: "Teredo server: addresses and introductions for clients",
    line: "server",
    needsNetwork: "The addresses to serve on are there when the network is up",
    hasInterface: false,
    forwards: false,
  },
  {
    name: "server-relay",
    role: "server",
    description:
      "Teredo server and relay: addresses for clients, and packets between them and native IPv6",
    line: "server --relay",
    needsNetwork: "The addresses to serve on are there when the network is up",
    hasInterface: true,
    forwards: true,
  },
];

/**
 * Refuses a server next to a server: they would serve on the same addresses.
 *
 * @throws {CliError} the other one is installed
 */
export function refuseRival(service: Service, isInstalled: (service: Service) => boolean): void {
  const rival = SERVICES.find((each) =>
    each.name !== service.name && each.role === service.role && isInstalled(each)
  );
  if (rival === undefined) return;
  throw new CliError(
    `Cannot install ${service.name} next to ${rival.name}: they would serve on the same addresses. ` +
      `First: "teredo service remove ${rival.name}"`,
  );
}
