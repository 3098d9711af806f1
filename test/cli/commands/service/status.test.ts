import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let place: TestYard
let bare: TestYard
beforeAll(async () => {
  place = await openTestYard()
  bare = await openTestYard(true)
})
afterAll(async () => {
  await place.close()
  await bare.close()
})

const overviewSchema = z.object({
  yard: z.string().nullable(),
  status: z.object({ running: z.boolean() }).nullable(),
  commands: z.array(z.object({ command: z.string(), does: z.string() })).length(5),
})

describe('yard alone', () => {
  it('shows how the yard of the folder is, and five commands to begin with', async () => {
    const { code, out } = await place.yard([])
    expect(code).toBe(0)
    expect(out).toContain(place.folder)
    expect(out).toContain('no service is running')
    expect(out).toContain('yard run')
    expect(overviewSchema.parse(await place.json([])).status).toMatchObject({ running: false })
  })

  it('says how to make one where there is none', async () => {
    const { code, out } = await bare.yard([])
    expect(code).toBe(0)
    expect(out).toContain('yard init')
    expect(overviewSchema.parse(await bare.json([]))).toMatchObject({ yard: null, status: null })
  })

  it('is refused where a folder was named that has none', async () => {
    expect((await bare.yard(['--dir', bare.folder])).code).toBe(5)
  })
})

describe('groups alone', () => {
  it.each([
    ['schedule', 'schedule list'],
    ['model', 'model list'],
    ['worktree', 'worktree list'],
  ])('yard %s is yard %s', async (group, list) => {
    expect(await place.yard([group, '--json'])).toEqual(
      await place.yard([...list.split(' '), '--json']),
    )
  })

  it('yard service is yard service status', async () => {
    expect(await place.json(['service'])).toMatchObject({ running: false })
  })
})
