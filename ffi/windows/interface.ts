/**
 * Interface configuration of Windows, by iphlpapi.dll.
 *
 * @module
 */

import { formatIpv6 } from "../../wire/ipv6_address.ts";
import type { SystemError } from "../c/errno.ts";
import { type Interface, Ipv6SwitchedOff, type LinkState, type Prefix } from "../interface.ts";
import { ipRows } from "./iphlpapi.ts";
import { kernel32 } from "./kernel32.ts";
import {
  AF_INET6,
  DAD_STATE_PREFERRED,
  FORWARD_ROW,
  IF_ROW,
  INTERFACE_ROW,
  ROUTER_DISCOVERY_DISABLED,
  socketAddress,
  UNICAST_ADDRESS_ROW,
} from "./netioapi.ts";
import {
  ERROR_ACCESS_DENIED,
  ERROR_FILE_NOT_FOUND,
  ERROR_NOT_FOUND,
  ERROR_OBJECT_ALREADY_EXISTS,
  ERROR_SUCCESS,
  windowsError,
} from "./windows_error.ts";

/** Every next hop: the other end of a tunnel needs no address. */
const ON_LINK = new Uint8Array(16);

type InterfaceRow = ReturnType<typeof INTERFACE_ROW.decode>;

/**
 * What makes an interface silent: it asks for no routers and looks for no duplicate addresses. Its
 * metric is added to those of its routes, and 0 leaves them as they are.
 */
const SILENT = {
  routerDiscoveryBehavior: ROUTER_DISCOVERY_DISABLED,
  dadTransmits: 0,
  managedAddressConfigurationSupported: 0,
  otherStatefulConfigurationSupported: 0,
  useAutomaticMetric: 0,
  metric: 0,
} as const;

/**
 * How long a new adapter may be without IPv6, in milliseconds, and the time between two looks.
 * Windows binds its protocols to an adapter some moments after the driver has made it.
 */
const LONGEST_BINDING = 3_000;
const LOOK_INTERVAL = 20;

/**
 * Waits until a new adapter has IPv6, but not for long: IPv6 may be switched off for it.
 *
 * @param index the adapter's index
 */
export function awaitIpv6(index: number): void {
  const { GetIpInterfaceEntry } = ipRows();
  for (let waited = 0; waited < LONGEST_BINDING; waited += LOOK_INTERVAL) {
    if (GetIpInterfaceEntry(interfaceRow(index)) === ERROR_SUCCESS) return;
    kernel32().Sleep(LOOK_INTERVAL);
  }
}

/** An interface of Windows. See {@linkcode Interface} for the contract. */
export class WindowsInterface implements Interface {
  readonly #name: string;
  readonly #index: number;
  /** Windows calls the interface up for as long as its session runs, silent or not. */
  #isSilent = false;

  constructor(name: string, index: number) {
    this.#name = name;
    this.#index = index;
  }

  readLink(): LinkState {
    const link = this.#readIf();
    const row = this.#tryRead();
    return {
      isUp: this.#isSilent && row?.connected !== 0,
      mtu: row?.mtu ?? 0,
      hasIpv6: row !== undefined,
      dropped: Number(link.outDiscards),
    };
  }

  /** Wintun has rings instead of a queue, and their size is fixed. */
  setQueueLength(): void {}

  enableIpv6(): void {
    throw this.#ipv6SwitchedOff;
  }

  setMtu(octets: number): void {
    this.#change(`set the MTU of ${this.#quoted} to ${octets}`, { mtu: octets });
  }

  bringUp(forwards = false): void {
    const changes = { ...SILENT, forwardingEnabled: forwards ? 1 : 0 };
    this.#change(`bring ${this.#quoted} up`, changes);
    this.#isSilent = true;
  }

  /** Windows gives no interface an MTU too small for IPv6, so there is nothing to start again. */
  takeDown(): void {}

  addAddress(address: Uint8Array, prefixLength: number): boolean {
    const error = ipRows().CreateUnicastIpAddressEntry(this.#address(address, prefixLength));
    const attempt = `give ${this.#quoted} the address ${formatIpv6(address)}/${prefixLength}`;
    const call = "CreateUnicastIpAddressEntry";
    return this.#insist(error, attempt, call, ERROR_OBJECT_ALREADY_EXISTS);
  }

  removeAddress(address: Uint8Array, prefixLength: number): void {
    const error = ipRows().DeleteUnicastIpAddressEntry(this.#address(address, prefixLength));
    const attempt = `take the address ${formatIpv6(address)}/${prefixLength} from ${this.#quoted}`;
    this.#insist(error, attempt, "DeleteUnicastIpAddressEntry", ERROR_NOT_FOUND);
  }

  addRoute(prefix: Prefix, metric?: number): boolean {
    const error = ipRows().CreateIpForwardEntry2(this.#route(prefix, metric));
    const attempt = `route ${format(prefix)} through ${this.#quoted}`;
    return this.#insist(error, attempt, "CreateIpForwardEntry2", ERROR_OBJECT_ALREADY_EXISTS);
  }

  removeRoute(prefix: Prefix, metric?: number): void {
    const error = ipRows().DeleteIpForwardEntry2(this.#route(prefix, metric));
    const attempt = `remove the route ${format(prefix)} through ${this.#quoted}`;
    this.#insist(error, attempt, "DeleteIpForwardEntry2", ERROR_NOT_FOUND);
  }

  /** It holds nothing. */
  close(): void {}

  get #quoted(): string {
    return `interface "${this.#name}"`;
  }

  get #ipv6SwitchedOff(): Ipv6SwitchedOff {
    return new Ipv6SwitchedOff(
      `IPv6 is switched off on ${this.#quoted}: switch it on in the properties of the adapter, or ` +
        `with "Enable-NetAdapterBinding -Name '${this.#name}' -ComponentID ms_tcpip6" in PowerShell`,
    );
  }

  /** The adapter, whatever protocols it has. */
  #readIf(): ReturnType<typeof IF_ROW.decode> {
    const row = IF_ROW.encode({ index: this.#index });
    const error = ipRows().GetIfEntry2(row);
    if (error !== ERROR_SUCCESS) {
      throw this.#refusal(error, `look at ${this.#quoted}`, "GetIfEntry2");
    }
    return IF_ROW.decode(row);
  }

  /** The adapter's IPv6; undefined if it has none. */
  #tryRead(): InterfaceRow | undefined {
    const row = interfaceRow(this.#index);
    const error = ipRows().GetIpInterfaceEntry(row);
    if (error === ERROR_NOT_FOUND) return undefined;
    if (error === ERROR_SUCCESS) return INTERFACE_ROW.decode(row);
    throw this.#refusal(error, `look at ${this.#quoted}`, "GetIpInterfaceEntry");
  }

  #change(attempt: string, changes: Partial<InterfaceRow>): void {
    const row = interfaceRow(this.#index);
    const { GetIpInterfaceEntry, SetIpInterfaceEntry } = ipRows();
    const found = GetIpInterfaceEntry(row);
    if (found === ERROR_NOT_FOUND) throw this.#ipv6SwitchedOff;
    this.#insist(found, attempt, "GetIpInterfaceEntry");
    // What was read is not valid to set.
    INTERFACE_ROW.write(row, 0, { sitePrefixLength: 0, ...changes });
    this.#insist(SetIpInterfaceEntry(row), attempt, "SetIpInterfaceEntry");
  }

  #address(address: Uint8Array, prefixLength: number): Uint8Array<ArrayBuffer> {
    const row = UNICAST_ADDRESS_ROW.encode({});
    ipRows().InitializeUnicastIpAddressEntry(row);
    UNICAST_ADDRESS_ROW.write(row, 0, {
      address: socketAddress(address),
      index: this.#index,
      prefixLength,
      dadState: DAD_STATE_PREFERRED,
    });
    return row;
  }

  #route({ address, length }: Prefix, metric: number | undefined): Uint8Array<ArrayBuffer> {
    const row = FORWARD_ROW.encode({});
    ipRows().InitializeIpForwardEntry(row);
    FORWARD_ROW.write(row, 0, {
      index: this.#index,
      destination: socketAddress(address),
      destinationLength: length,
      nextHop: socketAddress(ON_LINK),
      metric: metric ?? 0,
    });
    return row;
  }

  /**
   * Throws unless Windows agreed, or says that the goal had been reached before. True if it agreed.
   */
  #insist(error: number, attempt: string, call: string, reached?: number): boolean {
    if (error === ERROR_SUCCESS) return true;
    if (error === reached) return false;
    throw this.#refusal(error, attempt, call);
  }

  #refusal(error: number, attempt: string, call: string): SystemError {
    return windowsError(attempt, call, error, remedyFor(error));
  }
}

/** A row that asks for an interface's IPv6. */
function interfaceRow(index: number): Uint8Array<ArrayBuffer> {
  const row = INTERFACE_ROW.encode({});
  ipRows().InitializeIpInterfaceEntry(row);
  INTERFACE_ROW.write(row, 0, { family: AF_INET6, index });
  return row;
}

function remedyFor(error: number): string | undefined {
  switch (error) {
    case ERROR_ACCESS_DENIED:
      return "Run it as administrator";
    case ERROR_FILE_NOT_FOUND:
    case ERROR_NOT_FOUND:
      return "The interface is gone, or IPv6 is switched off on it";
    default:
      return undefined;
  }
}

function format({ address, length }: Prefix): string {
  return `${formatIpv6(address)}/${length}`;
}
