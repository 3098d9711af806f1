/** The options that `add` and `edit` share: what a person writes down about a task. */
import type { Option } from 'commander'
import { oneOf, opt } from '../command-spec.ts'
import { CONTEXT_WORDS, MODE_WORDS, PRIORITY_WORDS } from './choices.ts'
import { budget, duration, each, idList, orEmpty, timeout, whole } from '../values.ts'

export const definitionOptions = (): Option[] => [
  opt('-d, --description <text>', 'what is to be done; - reads it from stdin'),
  opt('--exec <cmd>', 'a shell line that does the task, given unchanged to sh -c'),
  opt('--executor <name>', 'who does it: a profile of the configuration'),
  opt('--model <name>', 'the model to use'),
  oneOf('--priority <level>', 'how soon it is picked among those that are ready', PRIORITY_WORDS),
  opt('--skill <s>', 'something that whoever does it should be able to (again for more)', each),
  opt('--deliverable <path>', 'a file that must exist when it is done (again for more)', each),
  opt('--verify <cmd>', 'a shell line that must succeed before the task counts as done'),
  opt('--timeout <duration>', 'ends its agent after so long, such as 30m', orEmpty(timeout)),
  opt('--max-attempts <n>', 'how often it is tried', orEmpty(whole(1, 1000))),
  opt('--budget <usd>', 'US dollars that all its tries together may cost', orEmpty(budget)),
  opt('--budget-tokens <n>', 'tokens that they may use', orEmpty(whole(1, 1_000_000_000_000))),
  opt('--delay <duration>', 'starts no earlier than so long from now', duration).conflicts(
    'notBefore',
  ),
  opt('--not-before <time>', 'starts no earlier than this moment, such as 2026-03-01T09:00'),
  opt('--schedule <spec>', 'repeats it: a clock time such as 09:00 (daily), or a cron line'),
  opt('--tz <zone>', 'the time zone of --schedule, such as Europe/Berlin'),
  oneOf('--context <amount>', 'how much of the graph its agent is told', CONTEXT_WORDS),
  oneOf('--mode <mode>', 'how much is asked of its agent', MODE_WORDS),
  oneOf('--worktree <which>', 'whether it gets a git worktree of its own', ['on', 'off']),
  opt('--repo <path>', 'the folder to work in instead of the one that holds .yard'),
]

export const afterOption = (does: string): Option => opt('--after <ids>', does, idList)
export const beforeOption = (): Option =>
  opt('--before <ids>', 'tasks that shall wait for this one', idList)
export const tagOption = (does: string): Option => opt('--tag <tag>', does, each)
