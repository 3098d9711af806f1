import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it, test } from 'vitest'
import {
  nodeProgram,
  execProgram,
  type ExecProgramName,
} from '../../../src/agents/process/node-program.ts'

const electron = { electron: '45.4.1' }
const ofTerminal = { APPIMAGE: '/home/p/Terminal.AppImage', APPDIR: '/tmp/.mount_t' }
const AS_NODE = { ELECTRON_RUN_AS_NODE: '1' }

test.each([
  {
    what: 'plain Node',
    here: { execPath: '/usr/bin/node', versions: {}, env: {} },
    wanted: { command: '/usr/bin/node', env: {} },
  },
  {
    what: 'an installed app',
    here: { execPath: '/opt/y/yard', versions: electron, env: {} },
    wanted: { command: '/opt/y/yard', env: AS_NODE },
  },
  {
    what: 'an image, whose mount will be gone',
    here: {
      execPath: '/tmp/.mount_y/yard',
      versions: electron,
      env: { APPIMAGE: '/home/p/Y.AppImage', APPDIR: '/tmp/.mount_y' },
    },
    wanted: { command: '/home/p/Y.AppImage', env: AS_NODE },
  },
  {
    what: 'an installed app in a terminal that is an image',
    here: { execPath: '/opt/y/yard', versions: electron, env: ofTerminal },
    wanted: { command: '/opt/y/yard', env: AS_NODE },
  },
  {
    what: 'Node in a terminal that is an image',
    here: { execPath: '/tmp/.mount_t/node', versions: {}, env: ofTerminal },
    wanted: { command: '/tmp/.mount_t/node', env: {} },
  },
])('is named right for $what', ({ here, wanted }) => {
  expect(nodeProgram(here)).toEqual(wanted)
})

const SOURCE = resolve(import.meta.dirname, '../../../src/agents/launcher-entry.ts')
const NAMES: readonly ExecProgramName[] = ['native-exec', 'acp-exec']

it.each(NAMES)('%s lies beside the launcher, from source and built', (name) => {
  const [node, entry] = execProgram(SOURCE, name).argv
  expect(node).toBe(process.execPath)
  expect(existsSync(entry)).toBe(true)
  const built = execProgram('/app/out/main/launcher.js', name).argv[1]
  expect(built).toBe(resolve(`/app/out/main/${name}.js`))
})
