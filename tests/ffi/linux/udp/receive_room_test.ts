import { assert, assertStrictEquals } from "@std/assert";
import {
  borrowRoom,
  enterRooms,
  leaveRooms,
  returnRoom,
} from "../../../../ffi/linux/udp/receive_room.ts";

Deno.test("receive rooms: all sockets share one, unless a delivery leads to another", () => {
  for (let socket = 0; socket < 64; socket++) enterRooms();
  const room = borrowRoom();
  const nested = borrowRoom();
  assert(nested !== room);
  returnRoom(nested);
  returnRoom(room);
  for (let pass = 0; pass < 100; pass++) {
    const again = borrowRoom();
    assertStrictEquals(again, room);
    returnRoom(again);
  }
  for (let socket = 0; socket < 64; socket++) leaveRooms();
});

Deno.test("receive rooms: memory is given back with the last socket, once nothing is delivered", () => {
  enterRooms();
  const room = borrowRoom();
  leaveRooms();
  const { buffer } = room.messages.headers.bytes;
  assert(buffer.byteLength > 0, "the room is intact while a packet of it is delivered");
  returnRoom(room);
  enterRooms();
  assert(borrowRoom() !== room);
  leaveRooms();
});
