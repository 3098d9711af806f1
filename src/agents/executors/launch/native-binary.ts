/**
 * Some npm packages are a Node launcher for a native binary. Killing the launcher leaves the binary running, so the binary is started
 * directly where it can be found.
 */
import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const CODEX_TARGETS: Readonly<Record<string, string>> = {
  'linux-x64': 'x86_64-unknown-linux-musl',
  'linux-arm64': 'aarch64-unknown-linux-musl',
  'darwin-x64': 'x86_64-apple-darwin',
  'darwin-arm64': 'aarch64-apple-darwin',
  'win32-x64': 'x86_64-pc-windows-msvc',
  'win32-arm64': 'aarch64-pc-windows-msvc',
}

/** The native binary behind a launcher; the path itself when it is no launcher or the binary is not there. */
export function nativeCodex(
  path: string,
  platform: NodeJS.Platform,
  arch: string = process.arch,
): string {
  const target = CODEX_TARGETS[`${platform}-${arch}`]
  if (target === undefined) return path
  const program = platform === 'win32' ? 'codex.exe' : 'codex'
  return behindLauncher(path, `@openai/codex-${platform}-${arch}`, [
    'vendor',
    target,
    'bin',
    program,
  ])
}

/** The same for Copilot. */
export const nativeCopilot = (
  path: string,
  platform: NodeJS.Platform,
  arch: string = process.arch,
): string =>
  behindLauncher(path, `@github/copilot-${platform}-${arch}`, [
    platform === 'win32' ? 'copilot.exe' : 'copilot',
  ])

/** `inside`: the path of the binary in its package. */
function behindLauncher(path: string, packageName: string, inside: readonly string[]): string {
  try {
    const launcher = realpathSync(path)
    if (!launcher.endsWith('.js')) return path
    // Not `require.resolve`: a package may not export its own manifest.
    const folders = createRequire(launcher).resolve.paths(packageName) ?? []
    const binaries = folders.map((folder) => join(folder, packageName, ...inside))
    return binaries.find((binary) => existsSync(binary)) ?? path
  } catch {
    // Installed in another way: the launcher works too, and its tree is found by its session and marker.
    return path
  }
}
