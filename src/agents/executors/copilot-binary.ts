/** The `copilot` of the npm package is a launcher; see `native-binary.ts`. */
import { behindLauncher } from './native-binary.ts'

/** The native binary behind a launcher; the path itself when it is no launcher or the binary is not there. */
export const nativeCopilot = (
  path: string,
  platform: NodeJS.Platform,
  arch: string = process.arch,
): string =>
  behindLauncher(path, `@github/copilot-${platform}-${arch}`, [
    platform === 'win32' ? 'copilot.exe' : 'copilot',
  ])
