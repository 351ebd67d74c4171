import { assertEquals } from "@std/assert";
import { formatBytes } from "../../../cli/text/quantity.ts";

Deno.test("quantities: octets in the unit that people would choose", () => {
  const words = [0, 1023, 1024, 1536, 10_240, 1_048_064, 1_048_576, 5 * 2 ** 40, 2 ** 60];
  assertEquals(
    words.map(formatBytes),
    ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "10 KiB", "1.0 MiB", "1.0 MiB", "5.0 TiB", "1024 PiB"],
  );
});
