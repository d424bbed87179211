import { expect, test } from "bun:test";
import { RuntimeError } from "../runtime-driver.ts";
import { defaultSeccompProfile } from "./default-seccomp-profile.ts";
import { parseSeccompProfile, resolveSeccompProfile } from "./seccomp-profile.ts";

const circumstances = { architecture: "amd64", capabilities: new Set<string>(), kernelRelease: "6.1.0-18-amd64" };
const resolved = (changes: Partial<typeof circumstances> = {}) =>
  resolveSeccompProfile(defaultSeccompProfile, { ...circumstances, ...changes });
const allowed = (changes: Partial<typeof circumstances> = {}) => {
  const rules = resolved(changes).syscalls.filter(({ action, args }) => action === "SCMP_ACT_ALLOW" && !args);
  return new Set(rules.flatMap(({ names }) => names));
};

test("an unknown call is refused with EPERM, on all forms of the processor's calls", () => {
  expect(resolved()).toMatchObject({
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: 1,
    architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
  });
  expect(resolved({ architecture: "arm64" }).architectures).toEqual(["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"]);
});

test("ordinary calls are allowed, those that reach outside are not", () => {
  const names = allowed();
  for (const name of ["read", "openat2", "execve", "futex", "ptrace"]) expect(names).toContain(name);
  for (const name of ["mount", "setns", "bpf", "reboot", "keyctl", "kexec_load", "init_module", "userfaultfd"]) {
    expect(names).not.toContain(name);
  }
});

test("a capability brings its calls", () => {
  expect(allowed({ capabilities: new Set(["CAP_SYS_ADMIN"]) })).toContain("mount");
  expect(allowed({ capabilities: new Set(["CAP_SYS_TIME"]) })).toContain("clock_settime");
  expect(allowed({ capabilities: new Set(["CAP_SYS_BOOT"]) })).not.toContain("mount");
});

test("without CAP_SYS_ADMIN clone may make no namespace and clone3 looks as if it were not there", () => {
  const { syscalls } = resolved();
  expect(syscalls.find(({ names }) => names.includes("clone"))).toMatchObject({
    args: [{ index: 0, value: 0x7e020000, op: "SCMP_CMP_MASKED_EQ" }],
  });
  expect(syscalls.find(({ names }) => names.includes("clone3"))).toMatchObject({
    action: "SCMP_ACT_ERRNO",
    errnoRet: 38,
  });
  const admin = resolved({ capabilities: new Set(["CAP_SYS_ADMIN"]) }).syscalls;
  expect(admin.filter(({ names }) => names.includes("clone")).every(({ args }) => !args)).toBe(true);
});

test("processor and kernel decide about some calls", () => {
  expect(allowed()).toContain("arch_prctl");
  expect(allowed({ architecture: "arm64" })).not.toContain("arch_prctl");
  expect(allowed({ architecture: "arm64" })).toContain("breakpoint");
  expect(allowed({ kernelRelease: "4.4.0" })).not.toContain("ptrace");
  expect(allowed({ kernelRelease: "4.10.1" })).toContain("ptrace");
});

test("a user's profile may have one name a rule and excludes", () => {
  const profile = parseSeccompProfile(
    JSON.stringify({
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [
        { name: "chmod", action: "SCMP_ACT_ERRNO" },
        { names: ["chown"], action: "SCMP_ACT_ERRNO", excludes: { caps: ["CAP_CHOWN"] } },
      ],
    }),
  );
  const { syscalls } = resolveSeccompProfile(profile, { ...circumstances, capabilities: new Set(["CAP_CHOWN"]) });
  expect(syscalls.map(({ names }) => names)).toEqual([["chmod"]]);
});

test("what is no profile is refused", () => {
  for (const text of ["{", "[]", "null"]) expect(() => parseSeccompProfile(text)).toThrow(RuntimeError);
});
