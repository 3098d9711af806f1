// Runs `npm ci` when node_modules does not hold what package-lock.json asks for.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { runNpm } from './npm.mjs'
import { root, say, Stop } from './project.mjs'

export async function installMissing() {
  const reason = whatIsMissing(root)
  if (reason === null) return
  say(`Installing packages (npm ci): ${reason} …`)
  const code = await runNpm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root })
  if (code !== 0) throw new Stop('The packages could not be installed (npm ci failed, see above).')
}

/** Why an installation is due, in words, or null. */
export function whatIsMissing(folder) {
  const lockFile = join(folder, 'package-lock.json')
  const installedFile = join(folder, 'node_modules/.package-lock.json')
  if (!existsSync(installedFile)) return 'there is no node_modules yet'
  if (statSync(lockFile).mtimeMs <= statSync(installedFile).mtimeMs) return null
  // A checkout changes times without changing packages, so a newer lockfile is only a reason to look closer.
  const changed = changedPackage(readPackages(lockFile), readPackages(installedFile))
  return changed === null ? null : `${changed} is not installed as package-lock.json says`
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {}
}

function changedPackage(wanted, installed) {
  const paths = Object.keys(wanted).filter((path) => path !== '')
  const path = paths.find((each) => {
    if (installed[each] === undefined) return wanted[each].optional !== true
    return installed[each].version !== wanted[each].version
  })
  return path?.replace(/^.*node_modules\//, '') ?? null
}
