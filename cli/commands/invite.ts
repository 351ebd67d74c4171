/**
 * `teredo invite`.
 *
 * @module
 */

import { platform } from "../../ffi/platform.ts";
import { FOLDERS, pathIn } from "../process/folders.ts";
import { formatIpv4, type Ipv4Address } from "../../wire/ipv4_address.ts";
import { type Command, command } from "../args/command.ts";
import { HOST } from "../args/kinds/host_kinds.ts";
import { IDENTIFIER } from "../args/kinds/identifier_kind.ts";
import { FILE } from "../args/kinds/value_kind.ts";
import { optional } from "../args/option.ts";
import { fileSettings } from "../args/sources/settle_values.ts";
import type { ProcessContext } from "../process/process_context.ts";
import { CONTROL } from "./options/service_options.ts";

/**
 * Makes the command; the server's configuration says what it is called and where its secrets are.
 */
export function invite(commands: () => readonly Command[]): Command {
  return command({
    name: "invite",
    summary: "Let a client use this server: make its secret and print the line that it joins with",
    details: [
      "Adds the client to the server's secrets file, which it creates if necessary, and prints " +
      "an invitation, teredo://IDENTIFIER:SECRET@HOST. On a terminal, it also shows the line as " +
      "a QR code. Whoever has the line can use the server, so hand it over in private. The same " +
      "identifier gives the same line again, and several clients may share one.",
      "A server that runs here reads its secrets again at once.",
    ],
    positional: {
      kind: IDENTIFIER,
      help: "What to call the client, such as its owner's name",
      isRequired: true,
    },
    options: {
      secrets: optional(
        FILE,
        "The secrets file",
        `that of server.yaml, or ${pathIn(FOLDERS.config, "secrets.yaml")}`,
      ),
      host: optional(
        HOST,
        "The name or address of this server",
        "primary of server.yaml, or this host's public address",
      ),
      control: CONTROL,
    },
    examples: [
      { line: "invite alice", does: "Print the line for alice" },
      { line: "invite alice --host teredo.example", does: "The same, with the server's name" },
    ],
    async run({ secrets, host, control }, [identifier], context) {
      // What is written is written to its end; what waits, a person may end.
      const onWrite = () => void context.takeSignals();
      const configured = await serverSettings(commands(), context);
      const [{ invite }, { makeSecretsFolder, processMayRead }] = await Promise.all([
        import("../invitation/invite.ts"),
        import("../invitation/secrets_folder.ts"),
      ]);
      const usual = pathIn(context.configFolder, "secrets.yaml");
      const path = secrets ?? configured.secrets ?? usual;
      // Where no package has made it.
      if (path === usual) await makeSecretsFolder(context.configFolder, onWrite);
      const { line, isKnown } = invite({
        identifier: identifier!,
        secrets: path,
        host: host ?? configured.host,
        onWait: () => context.printError(`Waiting for another command that is changing ${path}\n`),
        onWrite,
      });
      context.print(`${line}\n`);
      if (context.isTerminal) await printQrCode(line, context);
      if (!isKnown) {
        await rereadSecrets(control, (pid) => processMayRead(pid, path), context);
      }
    },
  });
}

interface ServerSettings {
  readonly secrets: string | undefined;
  readonly host: string | undefined;
}

/** What server.yaml says, if there is one. */
async function serverSettings(
  commands: readonly Command[],
  { configFolder }: ProcessContext,
): Promise<ServerSettings> {
  const server = commands.find(({ name }) => name === "server")!;
  const settings = await fileSettings(server, configFolder);
  const primary = settings.get("primary")?.value as Ipv4Address | undefined;
  return {
    secrets: settings.get("secrets")?.value as string | undefined,
    host: primary === undefined ? undefined : formatIpv4(primary),
  };
}

async function printQrCode(line: string, { print }: ProcessContext): Promise<void> {
  const { renderUnicodeCompact } = await import("../invitation/qr_code.ts");
  print(`\n${renderUnicodeCompact(line, { border: 2 })}\n`);
}

/** A server that runs learns of the client by a signal, as from an operator. */
async function rereadSecrets(
  control: string | undefined,
  mayRead: (pid: number) => boolean,
  { takeSignals, printError }: ProcessContext,
): Promise<void> {
  const [{ chooseSockets }, { ControlClient }, { processAt }] = await Promise.all([
    import("../ask/find_controls.ts"),
    import("../ask/control_client.ts"),
    import("../ask/role_process.ts"),
  ]);
  const paths = await chooseSockets(control, "server").catch(() => []);
  for (const path of paths) {
    const server = new ControlClient(path);
    const report = await server.status(takeSignals()).catch(() => undefined);
    if (report === undefined) continue;
    printError(`${tellServer(processAt(path, report), path, mayRead)}\n`);
  }
}

/** Tells a server to read its secrets again. Returns what came of it, or what to do. */
function tellServer(
  pid: number | undefined,
  path: string,
  mayRead: (pid: number) => boolean,
): string {
  const { reloadSignal } = platform;
  if (pid === undefined) {
    return `Send SIGHUP to the server that answers at ${path}, or restart it: then it knows the ` +
      "client. Its process can't be seen from here, as if it were in a container or had just ended";
  }
  if (reloadSignal === undefined || !mayRead(pid)) {
    return `Restart the server that runs here (process ${pid}): then it knows the client`;
  }
  try {
    Deno.kill(pid, reloadSignal);
    return `The server that runs here (process ${pid}) reads its secrets again`;
  } catch {
    return 'Tell the server that runs here: "systemctl reload teredo-server" or "kill -HUP ' +
      `${pid}"`;
  }
}
