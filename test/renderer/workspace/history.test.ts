import { describe, expect, test } from 'vitest'
import type { Session } from '../../../src/renderer/session/session.ts'
import { getEdits, redo, remember, undo } from '../../../src/renderer/workspace/history.ts'

/** A session that carries out everything but what is refused. */
function sessionThat(refuses: ReadonlySet<string>) {
  const sent: string[] = []
  const session = {
    call: async (send: (client: unknown) => Promise<unknown>) => {
      const word = String(await send({}))
      if (refuses.has(word))
        return { ok: false, error: { kind: 'wrong-state', message: 'it has begun', hint: null } }
      sent.push(word)
      return { ok: true, value: word }
    },
  } as unknown as Session
  return { session, sent }
}
const edit = (name: string) => ({
  label: `Did ${name}`,
  undo: async () => `un${name}`,
  redo: async () => name,
})

describe('undo', () => {
  test('sends the inverse, then the edit again, newest first', async () => {
    const { session, sent } = sessionThat(new Set())
    remember(session, edit('a'))
    remember(session, edit('b'))
    await undo(session)
    await undo(session)
    await redo(session)
    expect(sent).toEqual(['unb', 'una', 'a'])
    expect(getEdits().done.map(({ label }) => label)).toContain('Did a')
  })

  test('a new edit ends what could be done again', async () => {
    const { session, sent } = sessionThat(new Set())
    remember(session, edit('c'))
    await undo(session)
    remember(session, edit('d'))
    await redo(session)
    expect(sent).toEqual(['unc'])
  })

  test('a refused inverse leaves the list and is not offered again', async () => {
    const { session, sent } = sessionThat(new Set(['une']))
    remember(session, edit('e'))
    await undo(session)
    expect(sent).toEqual([])
    expect(getEdits().undone).toEqual([])
    expect(getEdits().done.map(({ label }) => label)).not.toContain('Did e')
  })
})
