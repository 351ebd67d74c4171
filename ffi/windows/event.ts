/**
 * Events of Windows: what a thread can wait for.
 *
 * @module
 */

import { type Bell, handleOf, type WaitHandle } from "../waiting.ts";
import { kernel32 } from "./kernel32.ts";
import { windowsError } from "./windows_error.ts";

/** What a wait answers when the object is ready: `WAIT_OBJECT_0` of winbase.h. */
const READY = 0;

/**
 * An event that stays set until someone resets it, so that a bell rung before a wait begins is
 * heard when it does.
 */
export class WindowsEvent implements Bell {
  readonly handle: WaitHandle;

  constructor() {
    const { CreateEventW, GetLastError } = kernel32();
    const handle = CreateEventW(null, 1, 0, null);
    if (handle === 0) throw windowsError("make an event", "CreateEventW", GetLastError());
    this.handle = handleOf(handle);
  }

  ring(): boolean {
    return kernel32().SetEvent(this.handle) !== 0;
  }

  silence(): boolean {
    const { WaitForSingleObject, ResetEvent } = kernel32();
    const rang = WaitForSingleObject(this.handle, 0) === READY;
    if (rang) ResetEvent(this.handle);
    return rang;
  }

  close(): void {
    kernel32().CloseHandle(this.handle);
  }
}
