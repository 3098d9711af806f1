import { execa } from 'execa'
import { expect, it } from 'vitest'

const MODULE = new URL('../../src/base/flushed.ts', import.meta.url).href

it('what was written to a pipe is with its reader before the process leaves', async () => {
  const program = `
    import { flushed } from ${JSON.stringify(MODULE)}
    process.stdout.write('y'.repeat(4_000_000))
    await flushed(process.stdout)
    process.exit()`
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', program], {
    maxBuffer: 8_000_000,
  })
  expect(stdout).toHaveLength(4_000_000)
})
