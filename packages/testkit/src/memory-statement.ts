/** A single statement on the in-memory database, outside of any transaction: it commits by itself, and its answer may be lost. */
import { StoreFault } from '@lead-router/store/router-store.ts';
import type { MemoryDatabase } from './memory-database.ts';
import { MemorySession, type Statement } from './memory-session.ts';
import type { SimProcess } from './sim-process.ts';

export function runStatement<T>(
  options: { readonly database: MemoryDatabase; readonly process: SimProcess },
  statement: Statement<T>,
): Promise<T> {
  const { database, process } = options;
  if (statement.locks) return new MemorySession({ database, process, name: statement.label }).run({ ...statement, isAlone: true });
  const refused = (): never => {
    throw new StoreFault('unavailable', `${statement.label}: connection refused`);
  };
  const unheard = (): T => {
    statement.effect();
    throw new StoreFault('unavailable', `${statement.label}: no answer`);
  };
  return database.scheduler.operate<T>({
    process,
    label: statement.label,
    effect: statement.effect,
    faults: [
      { name: 'postgres refused', run: refused },
      { name: 'postgres answer lost', run: unheard },
    ],
  });
}
