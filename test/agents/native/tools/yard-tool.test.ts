import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { yardTool } from '../../../../src/agents/native/tools/shell-tool.ts'
import { makeToolPlace, type ToolPlace } from './tool-place.ts'

let place: ToolPlace
beforeEach(async () => {
  place = await makeToolPlace()
  const bin = join(place.root, 'bin')
  await mkdir(bin)
  await writeFile(join(bin, 'yard'), '#!/bin/sh\nprintf "%s\\n" "$@" > told\n')
  await chmod(join(bin, 'yard'), 0o755)
})
afterEach(() => place.remove())

describe.runIf(process.platform !== 'win32')(
  'the tool yard (not on Windows: its stand-in is a shell script)',
  () => {
    const call = (...args: string[]) => {
      const PATH = [join(place.root, 'bin'), process.env['PATH']].join(delimiter)
      return yardTool.run({ args }, place.context({ env: { PATH } }))
    }
    const told = () => readFile(join(place.root, 'told'), 'utf8')

    it('hands a report on as it stands', async () => {
      expect(await call('log', 't', 'a; "b" $c')).toMatchObject({ ok: true })
      expect(await told()).toBe('log\nt\na; "b" $c\n')
    })

    it.each([
      [['init']],
      [['run', '--dir', '/tmp/z']],
      [['add', 'n', '--dir', '/tmp/z', '--exec', 'id']],
      [['add', 'n', '--dir=/tmp/z']],
      [['log', 't', 'x', '--DIR', '/tmp/z']],
    ])('starts nothing for %j', async (args) => {
      const { ok, text } = await call(...args)
      expect([ok, text]).toEqual([false, expect.stringContaining('not for agents')])
      await expect(told()).rejects.toThrow('ENOENT')
    })
  },
)
