/**
 * Telling systemd what the program is at: the protocol of sd_notify(3).
 *
 * @module
 */

/** Tells the service manager. Nothing here throws: who does not listen is not told. */
export interface Notifier {
  /** Sends assignments such as `READY=1`. */
  notify(...assignments: readonly string[]): void;
  /** Gives the socket back when all is sent. */
  close(): Promise<void>;
}

/** A socket address that this program cannot send to. */
export class AbstractSocket extends Error {
  override readonly name = "AbstractSocket";
}

/**
 * A notifier that sends to the socket at `path`, the value of `NOTIFY_SOCKET`.
 *
 * @param own where to put a socket of our own for a moment: Deno sends from none without a name
 * @throws {AbstractSocket} the address is not in the file system, and Deno knows no other
 * @throws what the system has against it
 */
export function openNotifier(path: string, own: string): Notifier {
  if (path.startsWith("@")) throw new AbstractSocket(path);
  const socket = Deno.listenDatagram({ transport: "unixpacket", path: own });
  // It goes on without its name.
  Deno.removeSync(own);
  const encoder = new TextEncoder();
  // One after the other: a later STATUS must not be overtaken by an earlier one.
  let sending = Promise.resolve();
  return {
    notify(...assignments): void {
      const message = encoder.encode(`${assignments.map(oneLine).join("\n")}\n`);
      sending = sending
        .then(async () => void await socket.send(message, { transport: "unixpacket", path }))
        .catch(() => {});
    },
    async close(): Promise<void> {
      await sending;
      socket.close();
    },
  };
}

function oneLine(assignment: string): string {
  return assignment.replaceAll("\n", " ");
}
