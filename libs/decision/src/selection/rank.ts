import type { BlastRadiusLevel, Playbook, PlaybookPerformance } from '@cortex/contracts';
import { levelRank } from '../levels.ts';
import { type Match, type RankedMatch, kindRank, selectionWeights } from '../model/plan.ts';
import { msBetween } from '../time.ts';

const unknownSuccessRate = 0.5;
const tenMinutesMs = 10 * 60_000;
const monthMs = 30 * 24 * 60 * 60_000;

/**
 * Best first: exact before category before similar matches, each kind by its score. Each criterion is in [0,1]:
 * success_rate = confirmed executions over ended ones, else what the playbook says of itself, else 0.5;
 * avg_execution_time = 1 / (1 + average / 10 min), else by the sum of its steps' timeouts;
 * blast_radius_match = 1 − |its limit − what the incident needs| / 4 levels;
 * recency = 1 / (1 + time since last use / 30 d), 0 when never used; before Cortex has used it, by what it says of itself.
 */
export function rankMatches(
  matches: readonly Match[],
  level: BlastRadiusLevel,
  performance: ReadonlyMap<string, PlaybookPerformance>,
  now: string,
): RankedMatch[] {
  return matches
    .map((match) => rank(match, level, performance.get(match.playbook.id), now))
    .sort(
      (left, right) =>
        kindRank(left.match) - kindRank(right.match) ||
        right.score - left.score ||
        (left.playbook.id < right.playbook.id ? -1 : 1),
    );
}

function rank(match: Match, level: BlastRadiusLevel, known: PlaybookPerformance | undefined, now: string): RankedMatch {
  const { playbook } = match;
  const parts = {
    success_rate: successRate(playbook, known),
    avg_execution_time: 1 / (1 + averageTimeMs(playbook, known) / tenMinutesMs),
    blast_radius_match: 1 - Math.abs(levelRank(playbook.safety.blastRadius) - levelRank(level)) / 4,
    recency: recency(known?.lastExecutedAt ?? usedElsewhereAt(playbook), now),
  };
  const score = Object.entries(selectionWeights).reduce(
    (sum, [name, weight]) => sum + weight * parts[name as keyof typeof parts],
    0,
  );
  return { ...match, score: Math.round(score * 10_000) / 10_000, parts };
}

export function successRate(playbook: Playbook, known: PlaybookPerformance | undefined): number {
  if (known !== undefined && known.effective + known.ineffective + known.uncertain > 0) return known.successRate;
  const { successRate: ownWord, totalExecutions } = playbook.metadata;
  return totalExecutions === 0 ? unknownSuccessRate : (ownWord ?? unknownSuccessRate);
}

/** Nothing of a playbook that says that it was never used. */
function usedElsewhereAt({ metadata: { lastUpdated, totalExecutions } }: Playbook): string | undefined {
  return totalExecutions === 0 ? undefined : lastUpdated;
}

function recency(usedAt: string | undefined, now: string): number {
  const sinceMs = usedAt === undefined ? Number.NaN : msBetween(usedAt, now);
  return Number.isNaN(sinceMs) ? 0 : 1 / (1 + Math.max(0, sinceMs) / monthMs);
}

function averageTimeMs(playbook: Playbook, known: PlaybookPerformance | undefined): number {
  if (known !== undefined && known.totalExecutions > 0) return known.avgExecutionTimeMs;
  return playbook.metadata.avgExecutionTimeMs ?? playbook.steps.reduce((sum, step) => sum + step.timeoutMs, 0);
}
