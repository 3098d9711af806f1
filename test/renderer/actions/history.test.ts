import { beforeEach, describe, expect, test } from 'vitest'
import type { Session } from '../../../src/renderer/model/session/session.ts'
import {
  canRedo,
  canUndo,
  getEdits,
  making,
  redo,
  remember,
  undo,
} from '../../../src/renderer/actions/history.ts'
import { closeToast, getToasts, showToast } from '../../../src/renderer/model/toasts.ts'

/** A session that carries out everything but what is refused. */
function sessionThat(refuses: ReadonlySet<string>, kind = 'wrong-state') {
  const sent: string[] = []
  const session = {
    call: async (send: (client: unknown) => Promise<unknown>) => {
      const word = String(await send({}))
      if (refuses.has(word))
        return { ok: false, error: { kind, message: 'it has begun', hint: null } }
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

  /** An edit whose answer is given by hand. */
  function sending(session: Session, name: string) {
    const answer = Promise.withResolvers<boolean>()
    const made = making(async (own) => {
      if (await answer.promise) own.remember(session, edit(name))
    })
    return { answer: async (isOk = true) => (answer.resolve(isOk), made) }
  }

  test('means the edit that is on its way, and redo the undo that is', async () => {
    const { session, sent } = sessionThat(new Set())
    remember(session, edit('older'))
    const newer = sending(session, 'newer')
    expect(canUndo()).toBe(true)
    const taken = [undo(session), redo(session), undo(session)]
    expect(canRedo()).toBe(true)
    await newer.answer()
    await Promise.all(taken)
    expect(sent).toEqual(['unnewer', 'newer', 'unnewer'])
  })

  test('means the edit that was the newest at the press, whatever comes meanwhile', async () => {
    const { session, sent } = sessionThat(new Set())
    const [one, other] = [sending(session, 'one'), sending(session, 'other')]
    const third = undo(session)
    const late = sending(session, 'late')
    await Promise.all([late.answer(), other.answer(), one.answer()])
    await third
    expect(sent).toEqual(['unother'])
    await undo(session)
    await undo(session)
    expect(sent).toEqual(['unother', 'unlate', 'unone'])
  })

  test('takes no other edit for one that is refused meanwhile', async () => {
    const { session, sent } = sessionThat(new Set())
    remember(session, edit('settled'))
    const refused = sending(session, 'refused')
    const taken = undo(session)
    await refused.answer(false)
    await taken
    expect(sent).toEqual([])
    await undo(session)
    expect(sent).toEqual(['unsettled'])
  })

  test('waits for no person: an edit that is offered once more stands where it is sent then', async () => {
    const { session, sent } = sessionThat(new Set())
    remember(session, edit('before'))
    const again = Promise.withResolvers<void>()
    const made = making(async (own) => {
      own.waitsForPerson()
      await again.promise
      own.remember(session, edit('again'))
    })
    await undo(session)
    expect(sent).toEqual(['unbefore'])
    remember(session, edit('between'))
    again.resolve()
    await made
    await undo(session)
    expect(sent.at(-1)).toBe('unagain')
  })

  test('goes on after an undo that has failed in an unforeseen way', async () => {
    const { session, sent } = sessionThat(new Set())
    remember(session, edit('first'))
    remember(session, edit('second'))
    const broken = { call: () => Promise.reject(new Error('unforeseen')) } as unknown as Session
    const failed = undo(broken)
    const taken = undo(session)
    await expect(failed).rejects.toThrow('unforeseen')
    await taken
    expect(sent).toEqual(['unfirst'])
    expect(canRedo()).toBe(true)
    await redo(session)
    expect(sent).toEqual(['unfirst', 'first'])
  })

  test('an edit made while another is taken back ends what could be done again', async () => {
    const { session, sent } = sessionThat(new Set())
    remember(session, edit('gone'))
    const taken = undo(session)
    remember(session, edit('new'))
    await taken
    await redo(session)
    expect(sent).toEqual(['ungone'])
  })

  test('goes on when the edit before it has failed in an unforeseen way', async () => {
    const { session, sent } = sessionThat(new Set())
    remember(session, edit('kept'))
    const failed = making(() => Promise.reject(new Error('unforeseen')))
    const taken = undo(session)
    await expect(failed).rejects.toThrow('unforeseen')
    await taken
    await undo(session)
    expect(sent).toEqual(['unkept'])
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

  test('an inverse that was not sent stays to be tried again', async () => {
    const lost = sessionThat(new Set(['unf']), 'link').session
    remember(lost, edit('f'))
    await undo(lost)
    expect(getEdits().done.at(-1)?.label).toBe('Did f')
    const { session, sent } = sessionThat(new Set())
    await undo(session)
    await redo(session)
    expect(sent).toEqual(['unf', 'f'])
  })
})

describe('the toast of an edit', () => {
  beforeEach(() => {
    for (const { id } of getToasts()) closeToast(id)
  })
  const texts = () => getToasts().map(({ text }) => text)

  test('takes back its own edit, not the newest', async () => {
    const { session, sent } = sessionThat(new Set())
    remember(session, edit('g'))
    remember(session, edit('h'))
    getToasts()[0]?.act?.run()
    await Promise.resolve()
    expect(sent).toEqual(['ung'])
    expect(getEdits().done.at(-1)?.label).toBe('Did h')
  })

  test('goes once the edit was taken back by a key, and does nothing when pressed late', async () => {
    const { session, sent } = sessionThat(new Set())
    remember(session, edit('i'))
    remember(session, edit('j'))
    const late = getToasts()[1]?.act
    await undo(session)
    expect(texts()).toEqual(['Did i'])
    late?.run()
    expect(sent).toEqual(['unj'])
  })

  test('an error outlasts the news that come after it', () => {
    showToast('it broke', { kind: 'error' })
    for (const text of ['a', 'b', 'c', 'd']) showToast(text)
    expect(texts()).toEqual(['it broke', 'c', 'd'])
  })
})
