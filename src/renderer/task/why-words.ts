/** The reasons of `yard why` as the window says them. Pure. */

/** What a terminal is told to type; here the button beside the sentence does it. */
const COMMANDS: readonly RegExp[] = [
  /: yard (?:publish|resume) [^;]*? lets it go on/,
  /, or say yard done [\w-]+/,
  /: yard service resume/,
  /: yard run, or yard service start/,
  /: yard trust confirms it/,
  / (?:Then|To try again): yard retry [\w.-]+\./,
]

/** Without commands to type, and without the last words of a failure, which are shown apart. */
export function whyWords(text: string, lastWords: string | null): string {
  const told = lastWords === null ? text : text.replace(/ Its last words: .*$/s, '')
  return COMMANDS.reduce((words, command) => words.replace(command, ''), told)
}
