import { expect, test } from "bun:test";
import { portsText } from "./ports-text.ts";

test("exposed ports are joined to ranges and come before published ones", () => {
  expect(
    portsText([
      { IP: "0.0.0.0", PrivatePort: 80, PublicPort: 8080, Type: "tcp" },
      { IP: "::", PrivatePort: 80, PublicPort: 8080, Type: "tcp" },
      { PrivatePort: 444, Type: "tcp" },
      { PrivatePort: 443, Type: "tcp" },
    ]),
  ).toBe("443-444/tcp, 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp");
});

test("ports published under their own numbers are joined as well", () => {
  const port = (number: number) => ({ IP: "127.0.0.1", PrivatePort: number, PublicPort: number, Type: "udp" });
  expect(portsText([port(53), port(54)])).toBe("127.0.0.1:53-54->53-54/udp");
});
