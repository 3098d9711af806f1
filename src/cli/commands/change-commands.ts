import { arg, opt, type CommandSpec } from '../command-spec.ts'
import { taskId } from '../values.ts'

export const changeCommands: readonly CommandSpec[] = [
  {
    name: 'diff',
    does: 'shows what a task has changed in git',
    args: [arg('<id>', 'the task', taskId)],
    options: [opt('--stat', 'the files and how much of them, no lines')],
    run: async () => (await import('../verbs/diff.ts')).diff,
    notes: ['Of its latest try in a worktree: from the commit that it began with to its result.'],
    examples: ['yard diff build', 'yard diff build --stat'],
  },
  {
    name: 'merge',
    does: "brings a task's result onto its target branch, and waits until it is there",
    args: [arg('[id]', 'the task', taskId)],
    options: [opt('--all-done', 'every done task with a result that has not landed')],
    run: async () => (await import('../verbs/merge.ts')).merge,
    notes: [
      "The task's verify command is run on the merged tree first. Your checkout is moved only where nothing of yours is in the way; a conflict becomes a task.",
      'Exit 1 when something was not merged; the reason is told.',
    ],
    examples: ['yard merge build', 'yard merge --all-done'],
  },
  {
    name: 'worktree',
    does: "lists the tasks' worktrees, or removes some",
    run: async () => (await import('../verbs/worktree.ts')).worktreeList,
    below: [
      {
        name: 'list',
        does: 'shows them with what each holds that is nowhere else',
        run: async () => (await import('../verbs/worktree.ts')).worktreeList,
      },
      {
        name: 'remove',
        does: 'removes the worktree of a task',
        args: [arg('<id>', 'the task, or the name of the worktree')],
        options: [opt('--yes', 'also when it holds what is nowhere else')],
        run: async () => (await import('../verbs/worktree.ts')).worktreeRemove,
        notes: [
          'Uncommitted files are kept as a commit under refs/yard/kept/, and a branch that is not merged stays. Only ignored files are lost.',
        ],
      },
      {
        name: 'gc',
        does: 'removes those whose result is recorded as merged and that hold nothing besides',
        options: [opt('--yes', 'does it (else it is only shown)')],
        run: async () => (await import('../verbs/worktree.ts')).worktreeGc,
      },
    ],
  },
]
