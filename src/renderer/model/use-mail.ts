/** Messages and members, asked for again whenever the live view says that they changed. */
import type { MemberView, MessageView } from '../../contract/message.ts'
import type { Topic } from '../../contract/view.ts'
import type { YardClient } from './session/link.ts'
import { useThrottledYard } from './session/session-context.tsx'
import { type Answer, useAnswer } from './use-answer.ts'

/** A busy yard sends a message many times a second. */
const CALM = { everyMs: 300 }

/** Another number whenever what was asked for of it is old: the key of such a question. */
export const useTopic = (topic: Topic): number =>
  useThrottledYard((view) => view.topics[topic], CALM)

export function useMembers(): Answer<readonly MemberView[]> {
  const stand = useTopic('members')
  return useAnswer(({ member }) => member.list(), { key: stand })
}

export type MessageFilter = NonNullable<Parameters<YardClient['message']['list']>[0]>

/** Newest first. */
export function useMessages(filter: MessageFilter): Answer<readonly MessageView[]> {
  const stand = useTopic('messages')
  return useAnswer(({ message }) => message.list(filter), {
    key: `${JSON.stringify(filter)} ${stand}`,
  })
}

/** All that belongs together with one message, oldest first. */
export function useThread(id: string): Answer<readonly MessageView[]> {
  const stand = useTopic('messages')
  return useAnswer(({ message }) => message.thread({ id }), { key: `${id} ${stand}` })
}
