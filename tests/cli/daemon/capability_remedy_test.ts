import { assertEquals } from "@std/assert";
import { commandsThatGive } from "../../../cli/daemon/capability_remedy.ts";

Deno.test("permission: the commands that give it can be pasted into a shell, whatever the arguments", () => {
  const args = ["client", "a.example", "--pcap", "it's all/$HOME.pcap", "--identifier", ""];
  assertEquals(commandsThatGive("CAP_NET_ADMIN", "/opt/te redo", args), [
    `sudo '/opt/te redo' client a.example --pcap 'it'\\''s all/$HOME.pcap' --identifier ''`,
    "sudo setcap cap_net_admin+ep '/opt/te redo'",
  ]);
});
