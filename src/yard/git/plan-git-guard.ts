/** The guard of git for what runs beside agents: landings, and views of what tasks have changed. */
import {
  acceptSettings,
  hostMarker,
  refusedSettings,
  settingsFile,
  type GitGuard,
  type RefusedSetting,
} from '../../agents/git/git-guard.ts'
import type { YardPaths } from '../../config/paths.ts'
import type { Plan } from '../../domain/plan.ts'

/** For git that the yard itself runs. `marker`: of what it is run for; without it the yard's own, which may do nothing anywhere. */
export const planGitGuard = (
  { plan, paths }: { readonly plan: Plan; readonly paths: Pick<YardPaths, 'yard'> },
  marker?: string,
): GitGuard => ({
  ...hostGit(paths),
  ...(marker === undefined ? {} : { marker }),
  isQuiet: () =>
    [...plan.agents.values()].every(
      ({ state: { kind }, executorType }) =>
        kind === 'ended' || kind === 'claimed' || RUNS_NOTHING.has(executorType),
    ),
})

/** The same for callers that know what runs. */
export const hostGit = ({ yard }: Pick<YardPaths, 'yard'>): Omit<GitGuard, 'isQuiet'> => ({
  marker: hostMarker(yard),
  file: settingsFile(yard),
})

/** A person's own work, and what runs on another machine. */
const RUNS_NOTHING = new Set(['manual', 'http'])

export type { RefusedSetting }

/** What agents have set for git to start, or to connect to, and that is not accepted yet. */
export const refusedGitSettings = ({ yard }: Pick<YardPaths, 'yard'>): RefusedSetting[] =>
  refusedSettings(settingsFile(yard))

export const acceptGitSettings = (
  { yard }: Pick<YardPaths, 'yard'>,
  shown: readonly RefusedSetting[],
): void => acceptSettings(settingsFile(yard), shown)
