import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Runs the bundled command line on the embedded model, in a folder that also has its caches.
 * @param during hears all that was printed so far whenever there is more
 */
export async function commandLine(
  folder: string,
  args: string[],
  during: (output: string, interrupt: () => void) => void = () => {},
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [join(root, "dist/cli.js"), ...args], {
    cwd: folder,
    env: { ...process.env, STEERSCOPE_CACHE: folder, NO_COLOR: "1" },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => {
    stdout += data;
    during(stdout, () => child.kill("SIGINT"));
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  const [status] = await once(child, "close");
  return { status, stdout, stderr };
}
