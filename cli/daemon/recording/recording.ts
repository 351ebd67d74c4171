/**
 * `--pcap`: recording a role's datagrams in a file.
 *
 * @module
 */

import { SystemError } from "../../../ffi/c/errno.ts";
import {
  createSpecialFile,
  openSpecialFile,
  type StreamFile,
} from "../../../ffi/c/special_file.ts";
import { localAddresses } from "../../../io/network/local_addresses.ts";
import type { Log } from "../../../io/log.ts";
import { PcapFile } from "./pcap_file.ts";
import { PcapPipe } from "./pcap_pipe.ts";
import { RecordedUdp } from "./recorded_udp.ts";
import type { UdpSocket } from "../../../ffi/udp_socket.ts";
import { type Ipv4Address, ipv4Address, isLoopbackIpv4 } from "../../../wire/ipv4_address.ts";
import { platform } from "../../../ffi/platform.ts";
import type { CliError } from "../../process/failure.ts";
import {
  followLinks,
  ForeignFile,
  isSpecial,
  openOwnFile,
  ownFileAt,
} from "../../process/own_file.ts";
import { systemFailure } from "../../process/system_failure.ts";
import { reasonOf } from "../../../reason.ts";

/** Settings of a recording. */
interface RecordingOptions {
  /** The file to write, if a recording is wanted. */
  readonly pcap: string | undefined;
}

/** Where the recording goes. */
interface Output {
  write(bytes: Uint8Array): void;
  close(): void;
}

/** Puts a recorder between a role and each of its sockets, if one is wanted. */
export class Recording implements Disposable {
  readonly #file: PcapFile | undefined;
  readonly #output: Output | undefined;

  /** @throws {CliError} the file cannot be written */
  constructor({ pcap }: RecordingOptions, log: Log) {
    if (pcap === undefined) return;
    const output = open(pcap, log);
    this.#output = output;
    log.info(`Recording to "${pcap}"; the file shows everything that is sent without encryption`);
    this.#file = new PcapFile((bytes) => output.write(bytes), (error) => {
      log.warn(`Recording to "${pcap}" ends, everything else goes on: ${reasonOf(error)}`);
    });
  }

  /** The socket that the role is to use instead of `socket`. */
  tap(socket: UdpSocket): UdpSocket {
    const file = this.#file;
    return file === undefined ? socket : new RecordedUdp(socket, file, ownAddress());
  }

  [Symbol.dispose](): void {
    this.#file?.flush();
    this.#output?.close();
  }
}

/**
 * Whether there can be a file at a path. It is not opened, because it may be a pipe.
 *
 * @throws {CliError} there is no folder for it, or it is a folder itself
 */
export function checkRecording(path: string): void {
  try {
    if (isFolder(path)) throw new Deno.errors.IsADirectory();
    Deno.statSync(/^.*[/\\]/.exec(path)?.[0] ?? ".");
  } catch (error) {
    throw failure(path, error);
  }
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/** Whether writing may have to wait for somebody: it is a pipe or a terminal. */
function mayWait(path: string): boolean {
  try {
    const { isFifo, isCharDevice } = Deno.statSync(path);
    return isFifo === true || isCharDevice === true;
  } catch {
    return false;
  }
}

/** @throws {CliError} the file cannot be written */
function open(path: string, log: Log): Output {
  const place = orFailure(path, () => followLinks(path));
  if (mayWait(place)) return openPipe(path, log);
  const file = orFailure(path, () => isSpecial(place) ? openSpecial(place) : createFile(place));
  return { write: (bytes) => writeAll(file, bytes), close: () => file.close() };
}

function openPipe(path: string, log: Log): Output {
  try {
    return new PcapPipe(path, () => {
      log.warn(`The program that reads "${path}" is slow: packets are missing in the recording`);
    });
  } catch (error) {
    const isUnread = error instanceof SystemError && error.code === "ENXIO";
    throw failure(
      path,
      isUnread ? new Error("no program reads the pipe. Start one first") : error,
    );
  }
}

function orFailure<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw failure(path, error);
  }
}

/**
 * Only the owner may read it, because it holds what people send. A file that is there may be open
 * for others or have other rights, so a new one replaces it.
 */
function createFile(path: string): StreamFile {
  if (ownFileAt(path)?.isFile === true && platform.hasFileModes) removeIfAllowed(path);
  const mode = 0o600;
  try {
    const file = openOwnFile(path, { write: true }, mode);
    if (file.statSync().isFile) file.truncateSync(0);
    return file;
  } catch (error) {
    // Deno refuses /dev/shm, under any name.
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    return createSpecialFile(path, mode);
  }
}

function removeIfAllowed(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // Its folder is another user's, or it is mounted by itself: then it is emptied.
  }
}

function openSpecial(path: string): StreamFile {
  try {
    return openSpecialFile(path, "write");
  } catch (error) {
    if (!(error instanceof SystemError && error.code === "ENOENT")) throw error;
    throw new Error("there is no such stream, and this program makes no files in /dev and /proc");
  }
}

function failure(path: string, error: unknown): CliError {
  return systemFailure(`Cannot record to "${path}"`, error, {
    words: {
      absent: "there is no such folder. Make it, or name another file with --pcap",
      denied:
        "permission is denied. Name another file with --pcap, or run as a user who may write it",
      directory: "it is a directory. Name a file with --pcap",
      other: error instanceof ForeignFile
        ? `${error.message}. Remove it, or name another file with --pcap`
        : `${reasonOf(error)}. Name another file with --pcap`,
    },
  });
}

function writeAll(handle: StreamFile, bytes: Uint8Array): void {
  let rest = bytes;
  while (rest.length > 0) rest = rest.subarray(handle.writeSync(rest));
}

/** An address of this host, for sockets that are bound to all its addresses. */
function ownAddress(): Ipv4Address {
  const own = localAddresses().find(({ address }) => !isLoopbackIpv4(address));
  return own?.address ?? ipv4Address(0);
}
