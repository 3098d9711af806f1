import { arg, must, oneOf, opt, type CommandSpec } from '../command-spec.ts'
import { agentId, each, idList, someIds, taskId, whole } from '../values.ts'
import { FAILURE_CLASS_WORDS } from './choices.ts'
import { afterOption, beforeOption, definitionOptions, tagOption } from './task-options.ts'

const id = () => arg('<id>', 'the task', taskId)
const ids = () => arg('<ids...>', 'the tasks', someIds)

export const taskCommands: readonly CommandSpec[] = [
  {
    name: 'add',
    does: 'adds a task and prints its id',
    args: [arg('<title>', 'what is to be done, in a few words')],
    options: [
      opt('--id <id>', 'its id (else made from the title)', taskId),
      ...definitionOptions(),
      afterOption('tasks that it waits for'),
      beforeOption(),
      tagOption('a tag (again for more)'),
      opt('--paused', 'as a draft, which waits for `yard publish`'),
    ],
    run: async () => (await import('../verbs/add.ts')).add,
    examples: [
      'yard add "Fetch the sources" --id fetch --exec "git clone https://example.org/x"',
      'yard add "Build it" --after fetch --executor claude --deliverable dist/app.js',
      'yard add "Nightly check" --exec ./check.sh --schedule 02:30 --tz Europe/Berlin',
    ],
  },
  {
    name: 'edit',
    does: 'changes a task',
    args: [id()],
    options: [
      opt('--title <text>', 'its title'),
      ...definitionOptions(),
      afterOption('waits for exactly these; "" for none'),
      opt('--add-after <ids>', 'waits for these too', idList),
      opt('--remove-after <ids>', 'waits for these no more', idList),
      beforeOption(),
      tagOption('has exactly these tags (again for more)'),
      opt('--add-tag <tag>', 'one tag more (again for more)', each),
      opt('--remove-tag <tag>', 'one tag less (again for more)', each),
    ],
    run: async () => (await import('../verbs/edit.ts')).edit,
    notes: [
      'An empty text takes a setting back: `--model ""` leaves the model to the configuration. So with exec, verify, executor, repo, timeout, max-attempts, not-before and schedule.',
    ],
    examples: ['yard edit build --priority high --add-after lint', 'yard edit build --model ""'],
  },
  {
    name: 'publish',
    does: 'releases drafts and all drafts that wait for them',
    args: [ids()],
    options: [opt('--only', 'these tasks alone')],
    run: async () => (await import('../verbs/task-verbs.ts')).publish,
  },
  {
    name: 'pause',
    does: 'holds tasks back; one that runs is let finish',
    args: [ids()],
    run: async () => (await import('../verbs/task-verbs.ts')).pause,
  },
  {
    name: 'resume',
    does: 'releases tasks that were paused, or drafts',
    args: [arg('[ids...]', 'the tasks', someIds)],
    options: [opt('--all', 'every paused task; drafts stay drafts')],
    run: async () => (await import('../verbs/task-verbs.ts')).resume,
    examples: ['yard resume build test', 'yard kill --all && yard resume --all'],
  },
  {
    name: 'done',
    does: 'says that a task is done',
    args: [id()],
    options: [
      opt('--agent <agent>', 'in the name of this agent', agentId),
      opt('--artifacts <json>', 'its results: a list of paths, or any JSON object'),
      opt('--force', 'also when it is blocked'),
    ],
    run: async () => (await import('../verbs/report.ts')).done,
    notes: ['If an agent works on it, the agent is ended as superseded.'],
    examples: ['yard done review', `yard done build --artifacts '["dist/app.js"]'`],
  },
  {
    name: 'fail',
    does: 'says that a task has failed',
    args: [id()],
    options: [
      must('--reason <text>', 'why, in a line'),
      opt('--agent <agent>', 'in the name of this agent', agentId),
      oneOf('--class <class>', 'the kind of failure (else reported)', FAILURE_CLASS_WORDS),
    ],
    run: async () => (await import('../verbs/report.ts')).fail,
    examples: ['yard fail deploy --reason "the key has expired"'],
  },
  {
    name: 'ask',
    does: 'lets an agent ask a person about its own task, which waits for the answer',
    args: [id(), arg('<question>', 'what must be known to go on')],
    run: async () => (await import('../verbs/question.ts')).ask,
    notes: ['The agent ends then; once the answer is there, another goes on in its conversation.'],
  },
  {
    name: 'answer',
    does: 'answers what the agent of a task asked, and lets the task go on',
    args: [id(), arg('<text>', 'the answer')],
    run: async () => (await import('../verbs/question.ts')).answer,
    examples: ['yard answer palette "The blue one."'],
  },
  {
    name: 'retry',
    does: 'opens failed tasks for another try',
    args: [ids()],
    options: [opt('--fresh', 'with a new conversation')],
    run: async () => (await import('../verbs/task-verbs.ts')).retry,
  },
  {
    name: 'reopen',
    does: 'opens a task that was done or abandoned',
    args: [id()],
    run: async () => (await import('../verbs/task-verbs.ts')).reopen,
    notes: ['Tasks that wait for it and are done stay done.'],
  },
  {
    name: 'abandon',
    does: 'gives tasks up, ends their agents, and lets those that wait for them go on',
    args: [ids()],
    options: [opt('--with-dependents', 'gives up all that is downstream, too')],
    run: async () => (await import('../verbs/task-verbs.ts')).abandon,
  },
  {
    name: 'remove',
    does: 'removes a task that never had an agent and that nothing waits for',
    args: [id()],
    run: async () => (await import('../verbs/task-verbs.ts')).remove,
  },
  {
    name: 'log',
    does: "writes a line into a task's timeline, or shows the timeline",
    args: [id(), arg('[text]', 'the line')],
    options: [opt('--limit <n>', 'shows the newest so many lines', whole(1, 1_000_000))],
    run: async () => (await import('../verbs/timeline.ts')).log,
    notes: [
      'The timeline is all that happened to the task and its agents, the oldest first. With --json it is only what was noted, as `log` of the task.',
    ],
    examples: ['yard log build "half way there"', 'yard log build'],
  },
  {
    name: 'artifact',
    does: 'keeps files as results of a task',
    args: [id(), arg('<paths...>', 'relative to the folder that the task works in')],
    run: async () => (await import('../verbs/timeline.ts')).artifact,
    notes: [
      'Takes regular files below that folder only, links followed, and nothing of `.yard`. A file that is not there is exit 1, one elsewhere exit 4.',
    ],
    examples: ['yard artifact build dist/app.js dist/app.css'],
  },
  {
    name: 'schedule',
    does: 'shows what fires next, leaves one out, or starts one now; alone it lists',
    run: async () => (await import('../verbs/schedule.ts')).scheduleList,
    below: [
      {
        name: 'list',
        does: 'shows the tasks that repeat, with their next time',
        run: async () => (await import('../verbs/schedule.ts')).scheduleList,
      },
      {
        name: 'skip',
        does: 'leaves out the next time',
        args: [id()],
        run: async () => (await import('../verbs/schedule.ts')).scheduleSkip,
      },
      {
        name: 'now',
        does: 'starts it now instead of at the next time',
        args: [id()],
        run: async () => (await import('../verbs/schedule.ts')).scheduleNow,
      },
    ],
  },
]

export const limitOption = () => opt('--limit <n>', 'at most so many', whole(1, 1_000_000))
export const idsArgument = () => arg('[ids...]', 'these tasks (else all)', someIds)
