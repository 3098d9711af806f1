import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { Rail } from '../../../src/renderer/shell/rail.tsx'
import { SessionContext } from '../../../src/renderer/model/session/session-context.tsx'
import { liveSession } from '../model/session/live-session.ts'

afterEach(cleanup)

const happy = window as unknown as {
  readonly happyDOM: { setViewport(size: { width: number; height: number }): void }
}

test('on a narrow window the inspector stays where it was opened', () => {
  happy.happyDOM.setViewport({ width: 1440, height: 900 })
  location.hash = '#/graph?task=a'
  render(
    <SessionContext value={liveSession({})}>
      <Rail attention={0} />
    </SessionContext>,
  )
  const hrefOf = (name: RegExp) => screen.getByRole('link', { name }).getAttribute('href')
  expect([hrefOf(/Attention/), hrefOf(/Tasks/)]).toEqual(['#/attention?task=a', '#/tasks?task=a'])
  act(() => happy.happyDOM.setViewport({ width: 720, height: 480 }))
  expect([hrefOf(/Attention/), hrefOf(/Tasks/)]).toEqual(['#/attention', '#/tasks?task=a'])
})
