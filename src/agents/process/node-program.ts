/** How a program of ours is run by the Node that runs here, also when that is an app which only can be Node. */
import { sep } from 'node:path'

export interface NodeProgram {
  /** Absolute. Good for as long as the app is installed, also where it runs from an image that is mounted meanwhile. */
  readonly command: string
  /** What must be set for it, and must never reach an agent. */
  readonly env: Readonly<Record<string, string>>
}

type Env = Readonly<Record<string, string | undefined>>

export function nodeProgram(
  here: {
    readonly execPath: string
    readonly versions: { readonly electron?: string | undefined }
    readonly env: Env
  } = process,
): NodeProgram {
  const { execPath, versions, env } = here
  if (versions.electron === undefined) return { command: execPath, env: {} }
  const { APPIMAGE, APPDIR } = env
  // A terminal that is an image itself hands its own variables down: ours is the one that we run from.
  const isInImage = Boolean(APPIMAGE && APPDIR && execPath.startsWith(`${APPDIR}${sep}`))
  return {
    command: isInImage && APPIMAGE ? APPIMAGE : execPath,
    env: { ELECTRON_RUN_AS_NODE: '1' },
  }
}
