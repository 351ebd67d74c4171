/**
 * What Windows reports of its network.
 *
 * Windows calls a function for each change, on another thread. That function is `SetEvent` of
 * Windows itself, with our event as its argument, so no thread has to wait for this program. What
 * has changed shows in the tables of addresses and routes.
 *
 * @module
 */

import { allocate, u64 } from "../c/struct.ts";
import type { LinkMonitor, NetworkNews } from "../link_monitor.ts";
import type { WaitHandle } from "../waiting.ts";
import { WindowsEvent } from "./event.ts";
import { ipQuestions } from "./iphlpapi.ts";
import { addressOfSetEvent } from "./kernel32.ts";
import { readTable, type TableCall } from "./mib_table.ts";
import { AF_UNSPEC } from "./netioapi.ts";
import { type NetworkFacts, networkFacts, newsBetween } from "./network_facts.ts";
import { ERROR_SUCCESS, windowsError } from "./windows_error.ts";

const ATTEMPT = "learn of changes to the network";

/** A monitor of Windows. See {@linkcode LinkMonitor} for the contract. */
export class WindowsLinkMonitor implements LinkMonitor {
  readonly reportsAll = false;
  readonly #own: number | undefined;
  readonly #event = new WindowsEvent();
  /** What to cancel: handles of notifications. */
  readonly #notifications: bigint[] = [];
  #facts: NetworkFacts;
  #isClosed = false;

  /** @param own the index of this program's interface */
  constructor(own: number | undefined) {
    this.#own = own;
    try {
      this.#subscribe("NotifyIpInterfaceChange");
      this.#subscribe("NotifyUnicastIpAddressChange");
      this.#subscribe("NotifyRouteChange2");
      this.#facts = readFacts();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get handle(): WaitHandle {
    return this.#event.handle;
  }

  read(): NetworkNews | undefined {
    if (!this.#event.silence()) return undefined;
    const before = this.#facts;
    this.#facts = readFacts();
    return newsBetween(before, this.#facts, this.#own);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const handle of this.#notifications) ipQuestions().CancelMibChangeNotify2(handle);
    this.#event.close();
  }

  #subscribe(
    call: "NotifyIpInterfaceChange" | "NotifyUnicastIpAddressChange" | "NotifyRouteChange2",
  ): void {
    const handle = allocate(8);
    const event = Deno.UnsafePointer.create(BigInt(this.#event.handle));
    const error = ipQuestions()[call](AF_UNSPEC, addressOfSetEvent(), event, 0, handle);
    if (error !== ERROR_SUCCESS) throw windowsError(ATTEMPT, call, error);
    this.#notifications.push(u64.read(handle, 0));
  }
}

function readFacts(): NetworkFacts {
  return networkFacts(rowsOf("GetUnicastIpAddressTable"), rowsOf("GetIpForwardTable2"));
}

function rowsOf(call: TableCall): Uint8Array[] {
  const rows = readTable(call, AF_UNSPEC);
  if (typeof rows === "number") throw windowsError(ATTEMPT, call, rows);
  return rows;
}
