/** The `codex` of the npm package is a launcher; see `native-binary.ts`. */
import { behindLauncher } from './native-binary.ts'

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
  const program = platform === 'win32' ? 'codex.exe' : 'codex'
  return behindLauncher(path, `@openai/codex-${platform}-${arch}`, [
    'vendor',
    target,
    'bin',
    program,
  ])
}
