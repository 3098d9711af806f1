/**
 * The `codex` of the npm package is a Node launcher for a native binary. A launcher that is killed leaves the binary running,
 * so the binary is started directly where it can be found.
 */
import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const TARGETS: Readonly<Record<string, string>> = {
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
  const target = TARGETS[`${platform}-${arch}`]
  if (target === undefined) return path
  try {
    const launcher = realpathSync(path)
    if (!launcher.endsWith('.js')) return path
    const manifest = createRequire(launcher).resolve(
      `@openai/codex-${platform}-${arch}/package.json`,
    )
    const binary = join(
      dirname(manifest),
      'vendor',
      target,
      'bin',
      platform === 'win32' ? 'codex.exe' : 'codex',
    )
    return existsSync(binary) ? binary : path
  } catch {
    // Another way of installing it: the launcher works too, its tree is found by its session and marker.
    return path
  }
}
