/** Ranks candidates by several rankings in turn: the first decides, the next among those who are equal by it. */
import type { Question, Ranking } from './strategy.ts';

/** Those whom no other candidate beats, in the order given; never empty if `candidates` is not. */
export function best<Candidate>(
  candidates: readonly Candidate[],
  rankings: readonly Ranking<Candidate>[],
  question: Question,
): readonly Candidate[] {
  let equals = candidates;
  for (const ranking of rankings) {
    if (equals.length <= 1) break;
    equals = highest(equals, ranking, question);
  }
  return equals;
}

/** All of them, the best first; equals stay in the order given. */
export function inRank<Candidate>(
  candidates: readonly Candidate[],
  rankings: readonly Ranking<Candidate>[],
  question: Question,
): readonly Candidate[] {
  const scored = candidates.map((candidate) => ({ candidate, scores: rankings.map((ranking) => ranking.score(candidate, question)) }));
  return scored.sort((a, b) => compareScores(a.scores, b.scores)).map(({ candidate }) => candidate);
}

function highest<Candidate>(candidates: readonly Candidate[], ranking: Ranking<Candidate>, question: Question): readonly Candidate[] {
  let most = Number.NEGATIVE_INFINITY;
  let equals: Candidate[] = [];
  for (const candidate of candidates) {
    const score = ranking.score(candidate, question);
    if (score < most) continue;
    if (score > most) equals = [];
    most = score;
    equals.push(candidate);
  }
  return equals;
}

function compareScores(a: readonly number[], b: readonly number[]): number {
  for (const [index, score] of a.entries()) {
    const difference = (b[index] ?? 0) - score;
    if (difference !== 0) return difference;
  }
  return 0;
}
