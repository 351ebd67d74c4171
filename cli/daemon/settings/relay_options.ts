/**
 * Settings of a relay.
 *
 * @module
 */

import { addressPolicy } from "../../../nodes/address_policy.ts";
import { formatIpv4, type Ipv4Address } from "../../../wire/ipv4_address.ts";
import { ExitCode } from "../../process/exit_code.ts";
import { CliError } from "../../process/failure.ts";
import { isForAllowPrivate, networkFor } from "./allow_private.ts";
import type { DaemonOptions } from "./daemon_options.ts";
import type { LimitsValue } from "../../args/kinds/limits_kind.ts";
import type { GatewayOptionValues } from "./gateway_option_values.ts";
import type { RelayOptionValues } from "./relay_option_values.ts";

/** Settings of a relay. */
export interface RelayOptions extends RelayOptionValues, GatewayOptionValues, DaemonOptions {
  readonly bind: Ipv4Address | undefined;
  /** The public address that is translated to this host's own (1:1 NAT). */
  readonly public: Ipv4Address | undefined;
  readonly port: number | undefined;
  readonly limits: LimitsValue | undefined;
}

/** @throws {CliError} the address is named as public, but clients cannot reach it */
export function checkPublicAddress(
  { public: address, allowPrivate }: Pick<RelayOptions, "public" | "allowPrivate">,
): void {
  if (address === undefined || addressPolicy(networkFor(allowPrivate)).has(address)) return;
  const remedy = isForAllowPrivate(address)
    ? "Give --public the address by which others reach this host, and name its own with --bind; " +
      "for a private network, allow private addresses with --allow-private"
    : "Give --public another address";
  throw new CliError(
    `Cannot relay as ${formatIpv4(address)}: clients cannot reach this kind of address. ${remedy}`,
    ExitCode.CONFIG,
  );
}
