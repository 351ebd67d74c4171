/**
 * A gateway for the lab, made of the library alone: the options are one argument of JSON.
 *
 * @module
 */

import { gatewayTun, rawIpv6, TeredoServer } from "../../nodes/mod.ts";
import { parseIpv4 } from "../../wire/mod.ts";

/** What the program is told. */
export interface GatewayProgramOptions {
  readonly primary: string;
  readonly secondary?: string;
  readonly unsolicited?: boolean;
}

if (import.meta.main) {
  const options: GatewayProgramOptions = JSON.parse(Deno.args[0]!);
  const { unsolicited = false } = options;
  const primary = parseIpv4(options.primary)!;
  const server = await TeredoServer.start({
    primary,
    secondary: options.secondary === undefined ? undefined : parseIpv4(options.secondary),
    host: rawIpv6(),
    relay: {
      host: gatewayTun({ fallback: primary, unsolicited }),
      gateway: { clients: "all", unsolicited },
    },
  });
  say("ready");
  const stop = () => void server.close();
  Deno.addSignalListener("SIGTERM", stop);
  Deno.addSignalListener("SIGUSR1", () => {
    const status = server.status();
    const gateway = status.role === "server+relay" ? status.relay.gateway : undefined;
    const counts = Object.entries(server.relayHost.counts())
      .map(([name, { packets }]) => `${name} ${packets}`);
    say(`counts: ${counts.join(", ")}; accounts: ${JSON.stringify(gateway?.accounts)}`);
  });
  await server.finished;
  Deno.removeSignalListener("SIGTERM", stop);
  say("ended");
  Deno.exit(0);
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
