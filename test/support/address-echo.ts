// A peer for network tests, run as a child inside a namespace: a server that tells each client its address as it sees it
// (tcp and udp on one port), or a client that asks one and prints the answer.
import { createSocket } from "node:dgram";
import { connect, createServer } from "node:net";

const [mode, ...rest] = process.argv.slice(2);
if (mode === "serve") serve(Number(rest[0]));
else if (mode === "ask-tcp") askTcp(rest[0]!, Number(rest[1]));
else askUdp(rest[0]!, Number(rest[1]));

function serve(port: number): void {
  const udp = createSocket("udp4");
  udp.on("message", (_message, from) => {
    udp.send(from.address, from.port, from.address);
  });
  const tcp = createServer((socket) => {
    socket.on("error", () => {});
    socket.end(socket.remoteAddress ?? "");
  });
  udp.bind(port, "0.0.0.0", () => {
    tcp.listen(port, "0.0.0.0", () => console.log("ready"));
  });
}

function askTcp(host: string, port: number): void {
  giveUpLater();
  const socket = connect({ host, port });
  socket.on("data", (data) => process.stdout.write(data));
  socket.on("error", (error) => fail(error.message));
  socket.on("end", () => process.exit(0));
}

function askUdp(host: string, port: number): void {
  giveUpLater();
  const socket = createSocket("udp4");
  socket.on("message", (answer) => {
    process.stdout.write(answer);
    process.exit(0);
  });
  socket.on("error", (error) => fail(error.message));
  socket.send("who am I?", port, host);
}

function giveUpLater(): void {
  setTimeout(() => fail("no answer"), 1000);
}

function fail(reason: string): never {
  console.error(reason);
  process.exit(1);
}
