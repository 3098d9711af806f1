/** The line under a task, to stand within a sentence. What others said in it keeps its case. */

/** How the facts begin that are the yard's own words. */
const OWN =
  /^(?:Conflict|Draft|Evaluating|Goes on|Merging|Next|Not (?:merged|trusted)|Paused|Resumes|Retries|Starts|Stopping|Upstream|Waits|Yard)\b/

export const factInText = (fact: string): string =>
  fact.replace(OWN, (words) => words.charAt(0).toLowerCase() + words.slice(1))
