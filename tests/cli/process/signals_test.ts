import { assertEquals } from "@std/assert";
import { platform } from "../../../ffi/platform.ts";
import { temporaryFolder } from "../../temporary_folder.ts";

// Not Ctrl-Break: wine 10 hangs when a program sends it to itself.
Deno.test({
  name: "signals on Windows: Ctrl-C asks for the end, and a second one ends at once",
  ignore: platform.id !== "windows",
  fn: async () => {
    await using files = await temporaryFolder();
    const path = `${files.folder}\\seen`;
    const module = import.meta.resolve("../../../cli/process/signals.ts");
    // In its own console, because the event goes to all programs that share one.
    const script = `import { interruptionSignal } from ${JSON.stringify(module)};
        const { symbols } = Deno.dlopen("kernel32.dll", {
          FreeConsole: { parameters: [], result: "i32" },
          AllocConsole: { parameters: [], result: "i32" },
          SetConsoleCtrlHandler: { parameters: ["pointer", "i32"], result: "i32" },
          GenerateConsoleCtrlEvent: { parameters: ["u32", "u32"], result: "i32" },
        });
        symbols.FreeConsole();
        symbols.AllocConsole();
        symbols.SetConsoleCtrlHandler(null, 0);
        const signal = interruptionSignal();
        signal.addEventListener("abort", () => {
          Deno.writeTextFileSync(${JSON.stringify(path)}, "asked");
          symbols.GenerateConsoleCtrlEvent(0, 0);
        });
        symbols.GenerateConsoleCtrlEvent(0, 0);
        setTimeout(() => Deno.exit(1), 10_000);`;
    const child = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", script],
      stdin: "null",
    }).output();
    assertEquals([Deno.readTextFileSync(path), child.code], ["asked", 128 + 2]);
  },
});
