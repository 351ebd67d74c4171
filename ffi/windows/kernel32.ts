/**
 * The functions of kernel32.dll that this program calls: events, waiting, memory.
 *
 * The name and signature of each is in Microsoft's reference of the Windows API.
 *
 * @module
 */

/** Handles are 32 bits wide: on 64-bit systems the high half of a `HANDLE` is zero. */
const SYMBOLS = {
  // HANDLE CreateEventW(LPSECURITY_ATTRIBUTES, BOOL bManualReset, BOOL bInitialState, LPCWSTR)
  CreateEventW: {
    parameters: ["pointer", "i32", "i32", "pointer"],
    result: "u32",
  },
  // BOOL SetEvent(HANDLE)
  SetEvent: {
    parameters: ["u32"],
    result: "i32",
  },
  // BOOL ResetEvent(HANDLE)
  ResetEvent: {
    parameters: ["u32"],
    result: "i32",
  },
  // BOOL CloseHandle(HANDLE)
  CloseHandle: {
    parameters: ["u32"],
    result: "i32",
  },
  // DWORD WaitForSingleObject(HANDLE, DWORD dwMilliseconds)
  WaitForSingleObject: {
    parameters: ["u32", "u32"],
    result: "u32",
  },
  // DWORD WaitForMultipleObjects(DWORD nCount, const HANDLE *, BOOL bWaitAll, DWORD dwMilliseconds)
  WaitForMultipleObjects: {
    parameters: ["u32", "buffer", "i32", "u32"],
    result: "u32",
  },
  // The same on another thread: the result is a promise.
  waitOnThread: {
    name: "WaitForMultipleObjects",
    parameters: ["u32", "buffer", "i32", "u32"],
    result: "u32",
    nonblocking: true,
  },
  // void RtlMoveMemory(void *Destination, const void *Source, SIZE_T Length)
  copyIn: {
    name: "RtlMoveMemory",
    parameters: ["buffer", "pointer", "usize"],
    result: "void",
  },
  // The same, out of JavaScript's memory.
  copyOut: {
    name: "RtlMoveMemory",
    parameters: ["pointer", "buffer", "usize"],
    result: "void",
  },
  // void Sleep(DWORD dwMilliseconds)
  Sleep: {
    parameters: ["u32"],
    result: "void",
  },
  // DWORD GetLastError(void)
  GetLastError: {
    parameters: [],
    result: "u32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

type Kernel32 = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

let opened: Kernel32 | undefined;
let setEvent: Deno.PointerValue | undefined;

/** The library, opened at the first call. It stays open. */
export function kernel32(): Kernel32 {
  return opened ??= Deno.dlopen("kernel32.dll", SYMBOLS).symbols;
}

/**
 * The address of `SetEvent`: a function of Windows that takes a callback, and an argument for it,
 * can set an event by itself.
 */
export function addressOfSetEvent(): Deno.PointerValue {
  const definitions = { SetEvent: { type: "pointer" } } as const;
  setEvent ??= Deno.dlopen("kernel32.dll", definitions).symbols.SetEvent;
  return setEvent;
}
