/**
 * Some npm packages are a Node launcher for a native binary. A launcher that is killed leaves the binary running, so the binary is
 * started directly where it can be found.
 */
import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** `inside`: where the binary lies in its package. The path itself when it is no launcher or the binary is not there. */
export function behindLauncher(
  path: string,
  packageName: string,
  inside: readonly string[],
): string {
  try {
    const launcher = realpathSync(path)
    if (!launcher.endsWith('.js')) return path
    // By hand, for a package may close its own manifest to `require`.
    const folders = createRequire(launcher).resolve.paths(packageName) ?? []
    const binaries = folders.map((folder) => join(folder, packageName, ...inside))
    return binaries.find((binary) => existsSync(binary)) ?? path
  } catch {
    // Another way of installing it: the launcher works too, its tree is found by its session and marker.
    return path
  }
}
