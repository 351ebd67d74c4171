import { assertEquals } from "@std/assert";
import { Daemon } from "../../../cli/daemon/daemon.ts";
import type { DaemonOptions } from "../../../cli/daemon/settings/daemon_options.ts";
import { SILENT_LOG } from "../../../io/log.ts";
import { requires } from "../../capabilities.ts";
import "../../ffi/open_libc.ts";

const LINUX = requires("linux");

Deno.test({
  name: LINUX.title("daemon: a role that stays who it is reads its settings once"),
  ignore: LINUX.ignore,
  async fn() {
    const folder = await Deno.makeTempDir();
    const options: DaemonOptions = {
      allowPrivate: false,
      offload: "auto",
      udp: "auto",
      pcap: undefined,
      user: undefined,
      logLevel: "info",
      logFormat: "text",
      control: `${folder}/server.sock`,
      metrics: undefined,
    };
    const log = { ...SILENT_LOG, setLevel() {} };
    try {
      let readings = 0;
      using daemon = await Daemon.open(options, { role: "server", events: [], log });
      daemon.reloadAtHangup(() => {
        readings++;
        return Promise.resolve(options);
      }, []);
      await Promise.resolve();
      assertEquals(readings, 0);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
