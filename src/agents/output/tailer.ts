/**
 * The work of the tail worker: takes turns over all followed agents, reads a bounded piece of each, and hands over what is new a few
 * times a second. Agents that end are read to the end in slices, so that one with much output does not hold up the others.
 */
import type { AgentId } from '../../domain/ids.ts'
import {
  type FollowedOutput,
  followOutput,
  type TailReply,
  type TailRequest,
} from './followed-output.ts'

type TailWork = Exclude<TailRequest, { readonly kind: 'leave' }>

/** Read from one agent in one turn. */
const TURN_BYTES = 256 * 1024
const DEFAULT_INTERVAL_MS = 250

export function createTailer(reply: (reply: TailReply) => void, intervalMs = DEFAULT_INTERVAL_MS) {
  const followed = new Map<AgentId, FollowedOutput>()
  const finishing = new Set<AgentId>()
  const buffer = Buffer.alloc(TURN_BYTES)
  let again: NodeJS.Immediate | null = null
  let lastNewsAt = -intervalMs

  const soon = (): void => void (again ??= setImmediate(turn))
  const tell = (output: FollowedOutput): void => {
    const news = output.news()
    if (news) reply({ kind: 'news', news })
  }
  const forget = (agentId: AgentId): void => {
    followed.delete(agentId)
    finishing.delete(agentId)
  }
  const settle = (output: FollowedOutput): void => {
    const { agentId } = output.agent
    const finished = output.finish()
    tell(output)
    forget(agentId)
    reply({ kind: 'finished', agentId, output: finished })
  }
  const turn = (): void => {
    again = null
    let hasMore = false
    for (const output of [...followed.values()]) {
      const isMore = output.readSome(buffer)
      if (isMore) hasMore = true
      else if (finishing.has(output.agent.agentId)) settle(output)
    }
    if (hasMore) soon()
    if (performance.now() - lastNewsAt >= intervalMs) {
      lastNewsAt = performance.now()
      for (const output of followed.values()) tell(output)
    }
  }
  const onRequest = (request: TailWork): void => {
    if (request.kind === 'forget') return forget(request.agentId)
    const { agent } = request
    if (!followed.has(agent.agentId)) followed.set(agent.agentId, followOutput(agent))
    if (request.kind === 'finish') finishing.add(agent.agentId)
    soon()
  }
  const timer = setInterval(turn, intervalMs)
  return {
    onRequest,
    close() {
      clearInterval(timer)
      if (again) clearImmediate(again)
      followed.clear()
    },
  }
}
