/**
 * Functions of Windows that have to do with users and their rights.
 *
 * @module
 */

const ADVAPI32 = {
  /** SDDL, revision 1, where the descriptor's address goes, no size. */
  ConvertStringSecurityDescriptorToSecurityDescriptorW: {
    parameters: ["buffer", "u32", "buffer", "pointer"],
    result: "i32",
  },
  /** SID, where the address of its text goes. */
  ConvertSidToStringSidW: { parameters: ["pointer", "buffer"], result: "i32" },
  /** Name, type, what to get, where owner, group, DACL, SACL and descriptor go. */
  GetNamedSecurityInfoW: {
    parameters: ["buffer", "u32", "u32", "buffer", "pointer", "pointer", "pointer", "buffer"],
    result: "u32",
  },
  /** Descriptor, revision 1, what to include, where the address of the text goes, no length. */
  ConvertSecurityDescriptorToStringSecurityDescriptorW: {
    parameters: ["pointer", "u32", "u32", "buffer", "pointer"],
    result: "i32",
  },
  OpenProcessToken: { parameters: ["pointer", "u32", "buffer"], result: "i32" },
  /** Token, what to get, where it goes, octets there, where the octets needed go. */
  GetTokenInformation: {
    parameters: ["pointer", "u32", "buffer", "u32", "buffer"],
    result: "i32",
  },
} as const;

const KERNEL32 = {
  /** Name, access, sharing, security attributes, disposition, attributes, template. */
  CreateFileW: {
    parameters: ["buffer", "u32", "u32", "buffer", "u32", "u32", "pointer"],
    result: "pointer",
  },
  CreateDirectoryW: { parameters: ["buffer", "buffer"], result: "i32" },
  CloseHandle: { parameters: ["pointer"], result: "i32" },
  GetCurrentProcess: { parameters: [], result: "pointer" },
  GetLastError: { parameters: [], result: "u32" },
  LocalFree: { parameters: ["pointer"], result: "pointer" },
} as const;

const SHELL32 = { IsUserAnAdmin: { parameters: [], result: "i32" } } as const;

/** The functions. */
interface SecurityLibrary {
  readonly advapi32: Deno.DynamicLibrary<typeof ADVAPI32>["symbols"];
  readonly kernel32: Deno.DynamicLibrary<typeof KERNEL32>["symbols"];
  readonly shell32: Deno.DynamicLibrary<typeof SHELL32>["symbols"];
}

let opened: SecurityLibrary | undefined;

/** The functions, opened when they are first needed. They stay open. */
export function securityLibrary(): SecurityLibrary {
  opened ??= {
    advapi32: Deno.dlopen("advapi32.dll", ADVAPI32).symbols,
    kernel32: Deno.dlopen("kernel32.dll", KERNEL32).symbols,
    shell32: Deno.dlopen("shell32.dll", SHELL32).symbols,
  };
  return opened;
}

/** The error of a call that failed, as Deno's own functions throw it. */
export function denoError(attempt: string, code: number): Error {
  const message = `${attempt} (os error ${code})`;
  switch (code) {
    case 2:
    case 3:
      return new Deno.errors.NotFound(message);
    case 5:
      return new Deno.errors.PermissionDenied(message);
    case 80:
    case 183:
      return new Deno.errors.AlreadyExists(message);
    default:
      return new Error(message);
  }
}
