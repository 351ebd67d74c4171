import { assertEquals } from "@std/assert";
import { describeSystemError } from "../../../../cli/daemon/messages/system_error_messages.ts";

Deno.test("system error messages: what failed, how often, why, and where to look", () => {
  assertEquals(describeSystemError({ call: "sendmmsg", code: "ENOBUFS", count: 12 }), {
    level: "warn",
    text:
      "Cannot send datagrams (sendmmsg: ENOBUFS), 12 lost: a network interface's queue is full " +
      "or its driver in trouble; see ip -s link, and send less. Trying again",
  });
  assertEquals(describeSystemError({ call: "read", code: "E9999", count: 1 }), {
    level: "warn",
    text: "Cannot read packets from the interface (read: E9999), once. Trying again",
  });
});
