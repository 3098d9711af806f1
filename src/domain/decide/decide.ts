/** The door of the domain: plan + command → events, or a failure that says what to do instead. Pure. */
import { assertNever } from '../../base/result.ts'
import type { AgentCommand, Command, YardCommand } from '../command.ts'
import type { Plan } from '../plan.ts'
import { decideAdd } from './decide-add.ts'
import { decideAnswer, decideAsk, decideOverspend } from './decide-wait.ts'
import { decideEdit } from './decide-edit.ts'
import { decideEnd } from './decide-end.ts'
import { decideLandingRequest, decideLandingSettle } from './decide-landing.ts'
import { decideRemove, decideRemoveAll } from './decide-remove.ts'
import { decideReopen, decideRetry } from './decide-reopen.ts'
import { decideFireNow, decideScheduleSkip } from './decide-task.ts'
import * as task from './decide-task.ts'
import { decideComplete, decideFail } from './decide-settle.ts'
import * as agent from './decide-agent.ts'
import { decided, noOp, refused, type Circumstances, type Decided } from './decision.ts'
import { permit } from './permit.ts'

export function decide(plan: Plan, command: Command, now: Circumstances): Decided {
  const forbidden = permit(plan, now.by, command)
  return forbidden ? refused(forbidden) : route(plan, command, now)
}

// oxlint-disable-next-line complexity -- one case a command is the whole point of this switch
function route(plan: Plan, command: Command, now: Circumstances): Decided {
  switch (command.type) {
    case 'task.take':
      return agent.decideTake(plan, command, now)
    case 'task.pilot':
      return agent.decidePilot(plan, command, now)
    case 'agents.claim':
      return agent.decideClaims(plan, command, now)
    case 'agent.placed':
      return agent.decidePlaced(plan, command, now)
    case 'agent.started':
      return agent.decideStarted(plan, command, now)
    case 'agent.heard':
      return agent.decideHeard(plan, command, now)
    case 'agent.conversed':
      return agent.decideConversed(plan, command, now)
    case 'agent.stop':
      return agent.decideStop(plan, command, now)
    case 'agent.end':
      return decideEnd(plan, command, now)
    case 'agents.forget':
      return agent.decideForget(plan, command, now)
    case 'yard.pause':
    case 'yard.resume':
    case 'breaker.trip':
    case 'breaker.clear':
      return decideYard(plan, command, now)
    default:
      return routeTask(plan, command, now)
  }
}

type OfAgents = AgentCommand | YardCommand | { readonly type: 'task.take' | 'task.pilot' }

// oxlint-disable-next-line complexity -- as above
function routeTask(
  plan: Plan,
  command: Exclude<Command, { type: OfAgents['type'] }>,
  now: Circumstances,
): Decided {
  switch (command.type) {
    case 'task.add':
      return decideAdd(plan, [command], now)
    case 'tasks.import':
      return decideAdd(plan, command.tasks, now)
    case 'task.edit':
      return decideEdit(plan, command, now)
    case 'task.hold':
      return task.decideHold(plan, command, now)
    case 'task.release':
      return task.decideRelease(plan, command, now)
    case 'task.publish':
      return task.decidePublish(plan, command, now)
    case 'task.complete':
      return decideComplete(plan, command, now)
    case 'task.fail':
      return decideFail(plan, command, now)
    case 'task.ask':
      return decideAsk(plan, command, now)
    case 'task.answer':
      return decideAnswer(plan, command, now)
    case 'task.overspend':
      return decideOverspend(plan, command, now)
    case 'task.retry':
      return decideRetry(plan, command, now)
    case 'task.reopen':
      return decideReopen(plan, command, now)
    case 'task.abandon':
      return task.decideAbandon(plan, command, now)
    case 'task.remove':
      return decideRemove(plan, command, now)
    case 'tasks.remove':
      return decideRemoveAll(plan, command, now)
    case 'task.log':
      return task.decideLog(plan, command, now)
    case 'task.attach':
      return task.decideAttach(plan, command, now)
    case 'landing.request':
      return decideLandingRequest(plan, command, now)
    case 'landing.settle':
      return decideLandingSettle(plan, command, now)
    case 'task.letGo':
      return task.decideLetGo(plan, command, now)
    case 'schedule.skip':
      return decideScheduleSkip(plan, command, now)
    case 'schedule.fireNow':
      return decideFireNow(plan, command, now)
    default:
      return assertNever(command)
  }
}

function decideYard(plan: Plan, command: YardCommand, now: Circumstances): Decided {
  switch (command.type) {
    case 'yard.pause':
      return plan.facts.paused ? noOp() : decided([], { type: 'yard.paused', at: now.at })
    case 'yard.resume':
      return plan.facts.paused ? decided([], { type: 'yard.resumed', at: now.at }) : noOp()
    case 'breaker.trip': {
      const { key, kind, subject, reason, until } = command
      return decided([key], {
        type: 'breaker.tripped',
        at: now.at,
        breaker: { id: key, kind, subject, reason, since: now.at, until },
      })
    }
    case 'breaker.clear':
      return plan.breakers.has(command.key)
        ? decided([command.key], { type: 'breaker.cleared', at: now.at, id: command.key })
        : noOp(command.key)
    default:
      return assertNever(command)
  }
}
