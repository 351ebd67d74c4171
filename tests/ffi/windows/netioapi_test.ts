import { assertEquals } from "@std/assert";
import {
  addressIn,
  FORWARD_ROW,
  IF_ROW,
  INTERFACE_ROW,
  socketAddress,
  UNICAST_ADDRESS_ROW,
} from "../../../ffi/windows/netioapi.ts";

Deno.test("netioapi: sizes and offsets are those that mingw's compiler gives on x64", () => {
  const layout = ({ size, offset }: { size: number; offset: Record<string, number> }) =>
    `${size}: ${Object.values(offset).join(" ")}`;
  assertEquals(layout(UNICAST_ADDRESS_ROW), "80: 0 32 40 44 48 52 56 60 61 64 68 72");
  assertEquals(layout(FORWARD_ROW), "104: 0 8 12 40 44 72 76 80 84 88 92 93 94 95 96 100");
  assertEquals(
    layout(INTERFACE_ROW),
    "168: 0 8 16 20 24 32 36 40 41 42 43 44 45 46 47 48 52 56 60 64 68 72 76 80 144 148 152 " +
      "156 157 158 159 160 164 165 166",
  );
  assertEquals(
    layout(IF_ROW),
    "1352: 0 8 12 28 542 1056 1060 1092 1124 1128 1132 1136 1140 1144 1148 1152 1156 1160 1164 " +
      "1168 1184 1192 1200 1208 1280 1288 1296 1304 1312 1320 1344",
  );
});

Deno.test("netioapi: socket addresses have the family's own place for the address", () => {
  const ipv4 = socketAddress(Uint8Array.of(192, 0, 2, 1));
  assertEquals(ipv4.toHex(), "02000000c0000201" + "00".repeat(20));
  assertEquals(addressIn(ipv4), Uint8Array.of(192, 0, 2, 1));
  const address = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
  const ipv6 = socketAddress(address);
  assertEquals(ipv6.toHex(), "1700000000000000" + address.toHex() + "00000000");
  assertEquals(addressIn(ipv6), address);
  assertEquals(addressIn(new Uint8Array(28)), undefined);
});
