import { assertEquals } from "@std/assert";
import { Counters } from "../../io/counters.ts";
import { type SystemErrorNews, SystemErrors } from "../../io/system_errors.ts";

Deno.test("system errors: each kind is reported once a minute with its count, and all are counted", () => {
  const counters = new Counters();
  const news: SystemErrorNews[] = [];
  let now = 0;
  const errors = new SystemErrors(counters, (each) => news.push(each), () => now);
  errors.failed("sendmmsg", "ENOBUFS", 3);
  errors.failed("sendmmsg", "ENOBUFS", 4);
  errors.failed("write", "EIO");
  errors.failedQuietly("sendmmsg", "EPERM", 2);
  assertEquals(news.splice(0), [
    { call: "sendmmsg", code: "ENOBUFS", count: 3 },
    { call: "write", code: "EIO", count: 1 },
  ]);
  now = 59_999;
  errors.failed("sendmmsg", "ENOBUFS");
  assertEquals(news, []);
  now = 60_000;
  errors.failed("sendmmsg", "ENOBUFS");
  assertEquals(news, [{ call: "sendmmsg", code: "ENOBUFS", count: 6 }]);
  assertEquals(Object.fromEntries(counters.failures()), {
    "sendmmsg ENOBUFS": 9,
    "write EIO": 1,
    "sendmmsg EPERM": 2,
  });
});
