// The only way out of this container: a loopback port whose bytes go to the app's socket.
import net from "node:net";

const MAX_CONNECTIONS = 128;

export function forward(port, path) {
  const server = net.createServer({ allowHalfOpen: true }, (near) => {
    const far = net.connect({ path, allowHalfOpen: true });
    const end = () => {
      near.destroy();
      far.destroy();
    };
    near.on("error", end);
    far.on("error", end);
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
    near.pipe(far);
    far.pipe(near);
  });
  server.maxConnections = MAX_CONNECTIONS;
  return new Promise((done, fail) => {
    server.on("error", fail);
    server.listen(port, "127.0.0.1", done);
  });
}
