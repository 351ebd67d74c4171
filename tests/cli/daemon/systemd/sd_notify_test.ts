import { assertEquals } from "@std/assert";
import { notifierBy, openNotifySocket } from "../../../../cli/daemon/systemd/sd_notify.ts";
import { requires } from "../../../capabilities.ts";

const needs = requires("linux");

Deno.test({
  name: needs.title("sd_notify: messages arrive in order, and no socket stays behind"),
  ignore: needs.ignore,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/notify`;
    const receiver = Deno.listenDatagram({ transport: "unixpacket", path });
    const notifier = notifierBy(openNotifySocket(path, `${folder}/own`));
    notifier.notify("READY=1", "STATUS=two\nlines");
    notifier.notify("WATCHDOG=1");
    const decoder = new TextDecoder();
    const received: string[] = [];
    for (let i = 0; i < 2; i++) received.push(decoder.decode((await receiver.receive())[0]));
    assertEquals(received, ["READY=1\nSTATUS=two lines\n", "WATCHDOG=1\n"]);
    assertEquals(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["notify"]);
    receiver.close();
    notifier.notify("nobody listens, and nothing happens");
    await notifier.close();
    await Deno.remove(folder, { recursive: true });
  },
});
