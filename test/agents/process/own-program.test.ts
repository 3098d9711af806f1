import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { ownProgram, type OwnProgramName } from '../../../src/agents/process/own-program.ts'

const SOURCE = resolve(import.meta.dirname, '../../../src/agents/launcher-entry.ts')
const NAMES: readonly OwnProgramName[] = ['native-exec', 'acp-exec']

it.each(NAMES)('%s lies beside the launcher, from source and built', (name) => {
  const [node, entry] = ownProgram(SOURCE, name).argv
  expect(node).toBe(process.execPath)
  expect(existsSync(entry)).toBe(true)
  const built = ownProgram('/app/out/main/launcher.js', name).argv[1]
  expect(built).toBe(resolve(`/app/out/main/${name}.js`))
})
