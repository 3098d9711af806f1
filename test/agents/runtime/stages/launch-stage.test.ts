import { describe, expect, it } from 'vitest'
import { clearBefore, launchFailureOf } from '../../../../src/agents/runtime/stages/launch-stage.ts'
import type { TrackedAgent } from '../../../../src/agents/runtime/tracked-agent.ts'

describe('a launch that fails', () => {
  it.each(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE'])(
    'for %s says that the machine is busy',
    (code) => {
      const failed = launchFailureOf({ kind: 'spawn-failed', code, message: `spawn ${code}` })
      expect(failed.class).toBe('machine-busy')
    },
  )

  it('for a reason of its own says that', () => {
    const failed = launchFailureOf({ kind: 'spawn-failed', code: 'E2BIG', message: 'spawn E2BIG' })
    expect(failed.class).toBe('launch')
    expect(launchFailureOf({ kind: 'bad-cwd', cwd: '/x', code: 'ENOENT' }).class).toBe('launch')
  })

  it('because processes of an earlier try cannot be ended names them, and waits', async () => {
    const held = { order: { task: { id: 'one' } } } as unknown as TrackedAgent
    const left = [{ pid: 7, command: 'vi', reason: 'denied' }]
    const cleared = await clearBefore(held, { endOf: async () => ({ ended: 0, left }) })
    expect(cleared).toMatchObject({ ok: false, error: { class: 'machine-busy' } })
    expect(!cleared.ok && cleared.error.reason).toContain('pid 7 (vi)')
    const untold = { endOf: () => Promise.reject(new Error('no launcher')) }
    expect(await clearBefore(held, untold)).toMatchObject({ error: { class: 'machine-busy' } })
  })
})
