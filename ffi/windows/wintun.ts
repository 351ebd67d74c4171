/**
 * Wintun, the driver that makes virtual interfaces on Windows: its library, wintun.dll.
 *
 * The functions are declared in wintun.h, version 0.14.
 *
 * @module
 */

import { reasonOf } from "../../reason.ts";

const SYMBOLS = {
  // WINTUN_ADAPTER_HANDLE WintunCreateAdapter(LPCWSTR Name, LPCWSTR TunnelType, const GUID *)
  WintunCreateAdapter: { parameters: ["buffer", "buffer", "buffer"], result: "pointer" },
  // void WintunCloseAdapter(WINTUN_ADAPTER_HANDLE)
  WintunCloseAdapter: { parameters: ["pointer"], result: "void" },
  // void WintunGetAdapterLUID(WINTUN_ADAPTER_HANDLE, NET_LUID *)
  WintunGetAdapterLUID: { parameters: ["pointer", "buffer"], result: "void" },
  // WINTUN_SESSION_HANDLE WintunStartSession(WINTUN_ADAPTER_HANDLE, DWORD Capacity)
  WintunStartSession: { parameters: ["pointer", "u32"], result: "pointer" },
  // void WintunEndSession(WINTUN_SESSION_HANDLE)
  WintunEndSession: { parameters: ["pointer"], result: "void" },
  // HANDLE WintunGetReadWaitEvent(WINTUN_SESSION_HANDLE): an event that resets itself
  WintunGetReadWaitEvent: { parameters: ["pointer"], result: "u32" },
  // BYTE *WintunReceivePacket(WINTUN_SESSION_HANDLE, DWORD *PacketSize)
  WintunReceivePacket: { parameters: ["pointer", "buffer"], result: "pointer" },
  // void WintunReleaseReceivePacket(WINTUN_SESSION_HANDLE, const BYTE *Packet)
  WintunReleaseReceivePacket: { parameters: ["pointer", "pointer"], result: "void" },
  // BYTE *WintunAllocateSendPacket(WINTUN_SESSION_HANDLE, DWORD PacketSize)
  WintunAllocateSendPacket: { parameters: ["pointer", "u32"], result: "pointer" },
  // void WintunSendPacket(WINTUN_SESSION_HANDLE, const BYTE *Packet)
  WintunSendPacket: { parameters: ["pointer", "pointer"], result: "void" },
} as const satisfies Deno.ForeignLibraryInterface;

/** Where the driver is published. */
const WEBSITE = "https://www.wintun.net";

/** The name that Wintun has for this kind of processor, in the folders of its archive. */
const ARCHITECTURE = Deno.build.arch === "aarch64" ? "arm64" : "amd64";

/** The functions of Wintun. */
export type Wintun = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** wintun.dll is missing or cannot be loaded. The message says what to do. */
class WintunUnavailable extends Error {
  override readonly name = "WintunUnavailable";
}

let opened: Wintun | undefined;

/**
 * The library, opened at the first call. It stays open.
 *
 * It must lie beside the executable: elsewhere, somebody else could put a library that would run
 * with this program's rights.
 *
 * @throws {WintunUnavailable} it is not there, or cannot be loaded
 */
export function wintun(): Wintun {
  return opened ??= open(Deno.execPath().replace(/[^\\/]*$/, ""));
}

function open(folder: string): Wintun {
  const path = `${folder}wintun.dll`;
  const advice =
    `Get Wintun from ${WEBSITE}, and put bin\\${ARCHITECTURE}\\wintun.dll of its archive ` +
    `beside the executable, into ${folder}`;
  if (!exists(path)) {
    throw new WintunUnavailable(`Cannot open a TUN interface: wintun.dll is missing. ${advice}`);
  }
  try {
    return Deno.dlopen(path, SYMBOLS).symbols;
  } catch (error) {
    throw new WintunUnavailable(`Cannot load ${path}: ${reasonOf(error)}. ${advice}`);
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
