/** Rows of threads. */
import { cleanup, render, screen } from '@testing-library/react'
import { createRef } from 'react'
import { afterEach, expect, test } from 'vitest'
import { ThreadList } from '../../../../src/renderer/screens/messages/thread-list.tsx'
import { threadsOf } from '../../../../src/renderer/screens/messages/threads.ts'
import { messageOf } from '../../../support/mail-views.ts'

afterEach(cleanup)

test('a row quotes the last message with its sender, a lone one without', () => {
  const first = messageOf(1)
  const threads = threadsOf([
    messageOf(3),
    messageOf(2, { from: 'reviewer', replyTo: first.id }),
    first,
  ])
  render(
    <ThreadList
      ref={createRef<HTMLUListElement>()}
      threads={threads}
      chosen={null}
      onChoose={() => {}}
    />,
  )
  const quotes = screen
    .getAllByRole('button')
    .map((row) => row.querySelector('[dir="auto"]')?.textContent)
  expect(quotes.toSorted()).toEqual(['Text 3', 'reviewer: Text 2'])
})
