/** The Electron binary of this checkout, or null. Never imports `electron`: that would download it. */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export function electronBinary(env: NodeJS.ProcessEnv = process.env): string | null {
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  const note = join(folder, 'path.txt')
  const name = existsSync(note) ? readFileSync(note, 'utf8').trim() : null
  const override = env['ELECTRON_OVERRIDE_DIST_PATH']
  const binary = override ? join(override, name ?? 'electron') : name && join(folder, 'dist', name)
  return binary && existsSync(binary) ? binary : null
}
