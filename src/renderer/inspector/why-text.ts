/** The reasons of `yard why` as the window says them. Pure. */

/** An id at the end of a sentence leaves it its full stop. */
const ID = String.raw`[\w.-]*[\w-]`

/** What a terminal is told to type, and what is said instead: nothing where the button beside the sentence does it. */
const COMMANDS: readonly (readonly [RegExp, string])[] = [
  [/: yard (?:publish|resume) [^;]*? lets it go on/, ''],
  [RegExp(`: when it is done, yard done ${ID}`), ': claim it, or mark it done'],
  [
    RegExp(`: yard show ${ID} says what to merge; when that is committed, yard done ${ID}`),
    ': what to merge is described below; when that is committed, mark it done',
  ],
  [/: yard service resume/, ''],
  [/: yard run, or yard service start/, ''],
  [/: yard trust confirms it/, ''],
  [RegExp(` (?:Then|To try again): yard retry ${ID}\\.`), ''],
  [RegExp(` Then: yard answer ${ID} "…"\\.`), ''],
  [RegExp(` Then: yard edit (${ID}) --budget(?:-tokens)? N\\.`), ' Then raise the budget of $1.'],
  [RegExp(`: yard merge ${ID}, or yard service start`), ''],
  [RegExp(`: yard merge ${ID} tries again`), ': ask for the merge again, with its changes'],
  [
    RegExp(`: yard reopen (${ID}) has it done again, and yard merge ${ID} goes on`),
    ': reopen $1 to have it done again, then ask for the merge again, with its changes',
  ],
  [
    RegExp(` Once nothing is in its way: yard merge ${ID}\\.`),
    ' Once nothing is in its way, ask for the merge again, with its changes.',
  ],
  [RegExp(`: yard why ${ID} says how far it is`), ''],
]

/** Without commands to type. */
export const whyText = (text: string): string =>
  COMMANDS.reduce((words, [command, instead]) => words.replace(command, instead), text)
