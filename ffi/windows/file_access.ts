/**
 * Rights on files on Windows: owners and access control lists.
 *
 * Everybody may make folders in `C:\ProgramData`, and what is made there lets everybody read. So
 * what is private gets its list as it is made: changed afterwards, others could open it in between
 * and keep it open.
 *
 * @module
 */

import type { FileAccess, FileOwner } from "../file_access.ts";
import { type AccessRights, grantsStrangers, SYSTEM_OWNERS, TRUSTED } from "./access_list.ts";
import { denoError, securityLibrary } from "./security_library.ts";
import { readWideText, wideText } from "./wide_text.ts";

const GENERIC_WRITE = 0x4000_0000;
const CREATE_NEW = 1;
const FILE_ATTRIBUTE_NORMAL = 0x80;
const TOKEN_QUERY = 8;
const TOKEN_USER = 1;
const SE_FILE_OBJECT = 1;
const OWNER_SECURITY_INFORMATION = 1;
const DACL_SECURITY_INFORMATION = 4;
const SDDL_REVISION = 1;

/** Octets that the user of a token takes at most: a pointer, attributes and a SID of 68. */
const USER_LENGTH = 128;

/** Rights on files for the user of this process. */
export class WindowsFileAccess implements FileAccess {
  readonly #library = securityLibrary();
  #user: string | undefined;

  isPrivileged(): boolean {
    return this.#library.shell32.IsUserAnAdmin() !== 0;
  }

  writePrivate(path: string, text: string): void {
    const { kernel32 } = this.#library;
    this.#withAttributes("", (attributes) => {
      const handle = kernel32.CreateFileW(
        ...[wideText(path), GENERIC_WRITE, 0, attributes] as const,
        ...[CREATE_NEW, FILE_ATTRIBUTE_NORMAL, null] as const,
      );
      if (handle === null || Deno.UnsafePointer.value(handle) === INVALID_HANDLE) {
        throw denoError(`Cannot make ${path}`, kernel32.GetLastError());
      }
      kernel32.CloseHandle(handle);
    });
    Deno.writeTextFileSync(path, text, { create: false });
  }

  /** Windows lets few users make links, and has its pipes elsewhere. */
  readPlain(path: string): string {
    if (!Deno.lstatSync(path).isFile) throw new Error("it is not a file");
    return Deno.readTextFileSync(path);
  }

  isExposed(path: string): boolean {
    return grantsStrangers(this.#accessList(path), this.#own(), "any");
  }

  weakPart(path: string): string | undefined {
    const folder = parentOf(path);
    if (this.#lets(path, "change")) return path;
    if (this.#lets(folder, "change")) return folder;
    return this.#weakFolder(parentOf(folder));
  }

  /** The folder, of this one and those around it, that others may move away with all in it. */
  #weakFolder(folder: string): string | undefined {
    if (folder === "") return undefined;
    return this.#lets(folder, "move") ? folder : this.#weakFolder(parentOf(folder));
  }

  /** Whether others may do that with a file or folder. An owner may always change the list. */
  #lets(path: string, rights: AccessRights): boolean {
    // "C:" alone would be the current folder of the drive.
    const whole = path.endsWith(":") ? `${path}\\` : path;
    const owner = this.#ownerId(whole);
    return owner !== this.#own() && !TRUSTED.includes(owner) ||
      grantsStrangers(this.#accessList(whole), this.#own(), rights);
  }

  privateCommand(path: string): string {
    const allowed = [...SYSTEM_OWNERS, ...this.isPrivileged() ? [] : [this.#own()]];
    const grants = allowed.map((each) => `*${each}:F`).join(" ");
    return `icacls "${path}" /inheritance:r /grant:r ${grants}`;
  }

  makeFolder(path: string): void {
    const parent = parentOf(path);
    if (isFolder(path) || parent === "") return;
    this.makeFolder(parent);
    const { kernel32 } = this.#library;
    this.#withAttributes("OICI", (attributes) => {
      if (kernel32.CreateDirectoryW(wideText(path), attributes) !== 0) return;
      const code = kernel32.GetLastError();
      if (!isFolder(path)) throw denoError(`Cannot make ${path}`, code);
    });
  }

  ownerOf(path: string): FileOwner {
    const sid = this.#ownerId(path);
    if (sid === this.#own()) return "self";
    return SYSTEM_OWNERS.includes(sid) ? "system" : "another";
  }

  /** The security identifier of a file's owner. */
  #ownerId(path: string): string {
    return this.#withDescriptor(
      path,
      OWNER_SECURITY_INFORMATION,
      (_, owner) => this.#textOf(owner),
    );
  }

  /** Anybody can make folders in `C:\\ProgramData`. */
  isForgeable(path: string): boolean {
    return this.#isStrangers(path) || this.#isStrangers(parentOf(path));
  }

  #isStrangers(path: string): boolean {
    try {
      return this.ownerOf(path) === "another";
    } catch {
      // It is missing, or this user may not find out and so may not read it either.
      return false;
    }
  }

  ownCommand(path: string): string {
    return `takeown /A /R /F "${path}"`;
  }

  /**
   * Gives `action` security attributes for the administrators and this user alone. What an
   * administrator makes is not for programs that run without that right.
   *
   * @param flags how the rights are inherited
   */
  #withAttributes(flags: string, action: (attributes: Uint8Array<ArrayBuffer>) => void): void {
    const isPrivileged = this.isPrivileged();
    const allowed = ["SY", "BA", ...isPrivileged ? [] : [this.#own()]];
    const sddl = `${isPrivileged ? "O:BA" : ""}D:P${
      allowed.map((each) => `(A;${flags};FA;;;${each})`).join("")
    }`;
    const { advapi32, kernel32 } = this.#library;
    const descriptor = new BigUint64Array(1);
    const done = advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW(
      ...[wideText(sddl), SDDL_REVISION, octetsOf(descriptor), null] as const,
    );
    if (done === 0) throw denoError(`Cannot use ${sddl}`, kernel32.GetLastError());
    // SECURITY_ATTRIBUTES: octets, the descriptor's address, whether children inherit the handle.
    const attributes = new BigUint64Array([24n, descriptor[0]!, 0n]);
    try {
      action(octetsOf(attributes));
    } finally {
      kernel32.LocalFree(Deno.UnsafePointer.create(descriptor[0]!));
    }
  }

  /** The access control list of a file in SDDL. */
  #accessList(path: string): string {
    const { advapi32, kernel32 } = this.#library;
    return this.#withDescriptor(path, DACL_SECURITY_INFORMATION, (descriptor) => {
      const text = new BigUint64Array(1);
      const done = advapi32.ConvertSecurityDescriptorToStringSecurityDescriptorW(
        ...[descriptor, SDDL_REVISION, DACL_SECURITY_INFORMATION] as const,
        ...[octetsOf(text), null] as const,
      );
      if (done === 0) {
        throw denoError(`Cannot read the rights on ${path}`, kernel32.GetLastError());
      }
      return this.#take(text[0]!);
    });
  }

  /** Gives `use` the security descriptor of a file, and the address of its owner if that is wanted. */
  #withDescriptor<T>(
    path: string,
    wanted: number,
    use: (descriptor: Deno.PointerValue, owner: bigint) => T,
  ): T {
    const owner = new BigUint64Array(1);
    const descriptor = new BigUint64Array(1);
    const { advapi32, kernel32 } = this.#library;
    const code = advapi32.GetNamedSecurityInfoW(
      ...[wideText(path), SE_FILE_OBJECT, wanted] as const,
      ...[octetsOf(owner), null, null, null, octetsOf(descriptor)] as const,
    );
    if (code !== 0) throw denoError(`Cannot read the rights on ${path}`, code);
    const address = Deno.UnsafePointer.create(descriptor[0]!);
    try {
      return use(address, owner[0]!);
    } finally {
      kernel32.LocalFree(address);
    }
  }

  /** The security identifier of this user. */
  #own(): string {
    if (this.#user !== undefined) return this.#user;
    const { advapi32, kernel32 } = this.#library;
    const token = new BigUint64Array(1);
    const isOpen = advapi32.OpenProcessToken(
      ...[kernel32.GetCurrentProcess(), TOKEN_QUERY, octetsOf(token)] as const,
    );
    if (isOpen === 0) {
      throw denoError("Cannot find out which user this is", kernel32.GetLastError());
    }
    const handle = Deno.UnsafePointer.create(token[0]!);
    // TOKEN_USER begins with the address of the identifier, which lies behind it.
    const user = new BigUint64Array(USER_LENGTH / 8);
    const known = advapi32.GetTokenInformation(
      ...[handle, TOKEN_USER, octetsOf(user), USER_LENGTH, new Uint8Array(4)] as const,
    );
    const code = kernel32.GetLastError();
    kernel32.CloseHandle(handle);
    if (known === 0) throw denoError("Cannot find out which user this is", code);
    this.#user = this.#textOf(user[0]!);
    return this.#user;
  }

  /** A security identifier, given by its address, as text: "S-1-5-18". */
  #textOf(sid: bigint): string {
    const { advapi32, kernel32 } = this.#library;
    const text = new BigUint64Array(1);
    if (advapi32.ConvertSidToStringSidW(Deno.UnsafePointer.create(sid), octetsOf(text)) === 0) {
      throw denoError("Cannot read a security identifier", kernel32.GetLastError());
    }
    return this.#take(text[0]!);
  }

  /** Reads a text that the system allocated, and frees it. */
  #take(text: bigint): string {
    const address = Deno.UnsafePointer.create(text)!;
    const read = readWideText(address);
    this.#library.kernel32.LocalFree(address);
    return read;
  }
}

/** What CreateFileW returns when it fails. */
const INVALID_HANDLE = 0xffff_ffff_ffff_ffffn;

function octetsOf(words: BigUint64Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(words.buffer);
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/"), 0));
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
