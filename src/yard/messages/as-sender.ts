/** What agents send: counted one by one, and shown to people where it is not let through. */
import type { Actor } from '../../domain/command.ts'
import { yardMessage } from '../../domain/decide/mail-turn.ts'
import type { Failure } from '../../domain/failure.ts'
import { LOOP_REFUSALS } from '../../domain/messages/limits.ts'
import { ANY_PERSON } from '../../domain/messages/message.ts'
import { isStanding } from '../../domain/messages/standing.ts'
import type { HandlerContext } from '../handlers/context.ts'
import { failureFrom } from '../handlers/failures.ts'
import { senderName } from './recipients.ts'
import { sendingOf } from './send.ts'

/** Does what sends a message to these. Each message of an agent is counted before the next of the same sender is looked at. */
export function asSender<T>(
  context: HandlerContext,
  to: readonly string[],
  act: () => Promise<T>,
): Promise<T> {
  const { actor, yard } = context
  if (actor.kind !== 'agent') return act()
  return yard.sendInTurn(senderName(yard.plan, actor), async () => {
    try {
      return await act()
    } catch (error) {
      await showRefusal({ yard, actor }, to, failureFrom(error).failure)
      throw error
    }
  })
}

type AgentContext = Pick<HandlerContext, 'yard'> & { readonly actor: AgentActor }
type AgentActor = Extract<Actor, { kind: 'agent' }>

/** Agents were kept from writing to each other on and on: a message to people says so, once for a turn and whom it wrote to. */
async function showRefusal(
  { yard, actor }: AgentContext,
  to: readonly string[],
  why: Failure,
): Promise<void> {
  const agent = yard.plan.agents.get(actor.agentId)
  if (!agent || !LOOP_REFUSALS.has(why.kind)) return
  const [from, names] = [senderName(yard.plan, actor), to.join(', ')]
  const text = `A message of ${from} (${agent.id}) to ${names} was not let through: ${why.message}.`
  const note = yardMessage(agent.claimedAt, `refused ${agent.id} ${names}`, text)
  if (yard.store.mail.message(note.id)) return
  const now = yard.now()
  const source = { settings: yard.config().settings, store: yard.store, now }
  const task = isStanding(agent.taskId) ? null : agent.taskId
  const sending = sendingOf(source, { ...note, at: now, task }, [
    { name: ANY_PERSON, kind: 'person' },
  ])
  const shown = await yard.dispatch({ type: 'message.send', ...sending }, { kind: 'coordinator' })
  if (!shown.ok) yard.log.warn('a message was refused, which cannot be shown', { why: text })
}
