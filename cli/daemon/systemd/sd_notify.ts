/**
 * Telling systemd about the program's state: the protocol of sd_notify(3).
 *
 * @module
 */

/** Tells the service manager. Nothing here throws: if nobody listens, the message is lost. */
export interface Notifier {
  /** Sends assignments such as `READY=1`. */
  notify(...assignments: readonly string[]): void;
  /** Closes the socket when everything is sent. */
  close(): Promise<void>;
}

/** The socket that a notifier sends through. */
interface NotifySocket {
  send(message: Uint8Array<ArrayBuffer>): unknown;
  close(): void;
}

/**
 * Opens a socket that sends to the one at `path` in the file system, the value of `NOTIFY_SOCKET`.
 *
 * @param own where to put our own socket for a moment, because Deno only sends from sockets that
 * have a name
 * @throws {Error} the system refuses
 */
export function openNotifySocket(path: string, own: string): NotifySocket {
  const socket = Deno.listenDatagram({ transport: "unixpacket", path: own });
  // It works without its name, too.
  Deno.removeSync(own);
  return {
    send: (message) => socket.send(message, { transport: "unixpacket", path }),
    close: () => socket.close(),
  };
}

/** Makes a notifier that sends through this socket, and closes it in the end. */
export function notifierBy(socket: NotifySocket): Notifier {
  const encoder = new TextEncoder();
  // One after the other: an earlier STATUS must not overtake a later one.
  let sending = Promise.resolve();
  return {
    notify(...assignments): void {
      const message = encoder.encode(`${assignments.map(oneLine).join("\n")}\n`);
      sending = sending
        .then(async () => void await socket.send(message))
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
