/** Messages as threads: one and all that answers it. Pure. */
import type { MessageView } from '../../../contract/message.ts'

export interface Thread {
  /** Of its first message that is listed. */
  readonly id: string
  /** Oldest first. */
  readonly messages: readonly MessageView[]
  readonly first: MessageView
  readonly last: MessageView
}

/** `messages`: newest first. The thread with the newest message comes first; what answers one that is not listed begins a thread. */
export function threadsOf(messages: readonly MessageView[]): readonly Thread[] {
  const byId = new Map(messages.map((message) => [message.id as string, message]))
  const roots = new Map<string, string>()
  const rootOf = (message: MessageView): string => {
    const above = message.replyTo === null ? undefined : byId.get(message.replyTo)
    // Its own id stands for it until it is known: a circle of answers ends there.
    const known = roots.get(message.id)
    if (known !== undefined || above === undefined) return known ?? message.id
    roots.set(message.id, message.id)
    const root = rootOf(above)
    roots.set(message.id, root)
    return root
  }
  return [...Map.groupBy(messages, rootOf)].flatMap(([id, group]) => {
    const oldestFirst = group.toReversed()
    const [first] = oldestFirst
    const last = oldestFirst.at(-1)
    return first && last ? [{ id, messages: oldestFirst, first, last }] : []
  })
}
