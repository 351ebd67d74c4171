import "../../darwin/inside.ts";
import { platform } from "../../../ffi/platform.ts";
import { namespaceTest } from "../namespace.ts";
import "../open_libc.ts";
import { goTheWholeWay } from "./whole_way.ts";

const IS_MACOS_ROOT = Deno.build.vendor === "apple" && platform.id === "darwin" &&
  Deno.uid() === 0;

Deno.test({
  name: "macOS itself: a utun has address, route and MTU, carries pings, and vanishes" +
    (IS_MACOS_ROOT ? "" : " (ignored: needs root on macOS)"),
  ignore: !IS_MACOS_ROOT,
  fn: () => goTheWholeWay(["ping6", "-c", "3"]),
});

namespaceTest(import.meta.url, "macOS by the stand-in: the same from the opening to the end", [
  ...["gcc", "tun", "ping"] as const,
], () => goTheWholeWay(["ping", "-6", "-c", "3", "-i", "0.05"]));
