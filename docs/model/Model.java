import java.util.*;
import java.util.function.*;

/** Executable model of the router task protocol. See README.md. Run: java Model.java [seeds] [bfs states] [only name] */
public final class Model {
  // ---------------------------------------------------------------- configuration: every reading of the text is a switch
  static final class Cfg implements Cloneable {
    boolean fence = true;            // transactional id per partition; connecting fences and settles
    boolean fenceBeforeRead = true;  // connect, then read the committed offset
    boolean epochCheck = true;
    int epochLock = 2;               // how the check locks router_partitions: 0 plain read, 1 FOR SHARE, 2 FOR UPDATE
    boolean epochFirst = true;       // raise the epoch before connecting the producer (the text: after)
    boolean positionResume = true;   // at assignment: compare committed offset with the stored batch
    boolean cas = true;              // in the transaction, under the row lock: stored.b <= a, else redo
    boolean dedupe = true;           // applied_events at all
    boolean rowGuards = true;        // that a lead's row is there says that its submission was applied; it has no entry of its own
    boolean rowLooked = true;        // BUG if not: neither an entry nor a look at the row
    boolean eventTrigger = true;     // a known event at its own position triggers the redo
    boolean emitRepeats = false;     // BUG
    String rerun = "stored";         // stored | boundaries (recomputed boundaries) | current (recomputed on today's state)
    boolean routeInTxn = true;
    boolean markBeforeEmit = false;  // BUG (watchdog)
    boolean markByGen = true;        // watchdog marks id+generation; else whatever the row holds now
    boolean timerIdGen = true;       // TimerFired id contains the generation
    boolean supersededCheck = true;
    boolean routeIdCause = true;     // RouteLead id from the causing batch; else from lead and its version
    boolean passOn = true;           // every batch holding the pool lock wakes waiters while capacity is free
    boolean wakeGen = true;           // a waiter is woken once per freeing (pool generation), not for ever
    boolean markAtWake = true;        // waking a waiter stores the generation for it, so that the next batches do not wake it again
    boolean noOvertake = true;        // an arrival queues behind waiters even while a place is free; it counts as not tried
    boolean untriedSeesNow = false;   // BUG: such an arrival is booked as having seen today's generation
    boolean mayBePicky = true;        // lead A may be one that no free place suits
    int picky = -1;
    boolean rr = false;              // REPEATABLE READ: waiters are seen as of the begin
    boolean poolLock = true;
    boolean ruleLock = true;
    boolean unknownReemit = false;   // BUG: commit answer lost -> emit again without reading the offset
    boolean unknownPgReinit = true;  // Postgres commit answer lost -> assignment procedure; else just retry
    boolean pipeline = false;        // BUG: a second Postgres batch before the first one's Kafka half
    boolean emitBeforePg = false;    // BUG
    boolean routeOpensRevision = true;
    boolean strictFrom = true;       // redo only if the committed offset is exactly where the stored batch began; else alarm
    boolean resumeEpochCheck = true; // the stored batch is read together with the epoch, after the offset
    boolean ownerStops = false;      // a fenced owner stops instead of doing the assignment procedure again
    boolean zombieReinit = true;     // a zombie may run the whole assignment procedure again
    // scenario
    int cap = 1, bads = 1, dups = 1, acts = 2, rebalances = 1, crashes = 1, lost = 1, timeouts = 1, flips = 1, wdCrashes = 1, pgFaults = 1, timers = 2, maxGen = 2, maxBatch = 3, offLoss = 0; boolean noBads = false, noDups = false; int parts = 2;
    int[] leads = {0, 0, 1, 1};
    public Cfg clone() { try { return (Cfg) super.clone(); } catch (Exception e) { throw new Error(e); } }
  }
  record Rec(char k, String id, int lead, int gen, int tx) {}
  static final class Txn implements Cloneable { int pid, p, st; boolean dataM, offM, inb; List<String> outs = new ArrayList<>(); int off = -1;
    Txn c() { try { Txn t = (Txn) clone(); t.outs = new ArrayList<>(outs); return t; } catch (Exception e) { throw new Error(e); } } }
  static final class Stored { int from, a, b, rule; List<String> outs; List<Rec> routes; Pg snap; }
  static final class Pg {
    int gen; int[] seen; int[] lst, ver, rev, tgen, tst; int free, mod, rule = 1; int[] epoch = {0, 0}; Stored[] stored = {null, null}; TreeMap<String, Integer> applied = new TreeMap<>();
    Pg(int n, int cap) { lst = new int[n]; seen = new int[n]; ver = new int[n]; rev = new int[n]; tgen = new int[n]; tst = new int[n]; free = cap; }
    @SuppressWarnings("unchecked") Pg c() { Pg q = new Pg(0, 0); q.lst = lst.clone(); q.seen = seen.clone(); q.gen = gen; q.ver = ver.clone(); q.rev = rev.clone(); q.tgen = tgen.clone(); q.tst = tst.clone();
      q.free = free; q.mod = mod; q.rule = rule; q.epoch = epoch.clone(); q.stored = stored.clone(); q.applied = (TreeMap<String, Integer>) applied.clone(); return q; }
  }
  static final class Ptx implements Cloneable { int p, elock, mask, rule; boolean rowX, ruleS, pool; Pg snap, w; Set<String> ids = Set.of(); Map<String, Integer> add = Map.of(); Stored st; List<String> acted = List.of(); boolean superseded;
    Ptx c() { try { return (Ptx) clone(); } catch (Exception e) { throw new Error(e); } } }
  static final class Task implements Cloneable { int p, slot, uid, pc, pid = -1, kep, ep, pos = -1, from, rd, a, b, held; int early = -1; List<String> outs = List.of(); List<Rec> routes = List.of(); Ptx tx;
    Task c() { try { Task t = (Task) clone(); if (tx != null) t.tx = tx.c(); return t; } catch (Exception e) { throw new Error(e); } } }
  static final class Wd implements Cloneable { int pc, lead, gen; Wd c() { try { return (Wd) clone(); } catch (Exception e) { throw new Error(e); } } }
  record Act(String label, boolean fault, Runnable run) {}
  static final class Violation extends RuntimeException { Violation(String m) { super(m, null, false, false); } }
  static final String N = "ABCDEFGH";

  static final class S {
    final Cfg c; Pg pg; List<List<Rec>> inbox = List.of(new ArrayList<>(), new ArrayList<>()); List<Txn> txs = new ArrayList<>();
    TreeMap<Integer, Integer> cur = new TreeMap<>(), kep = new TreeMap<>(); int[] off = {0, 0};
    Task[][] slot = new Task[2][2]; int[] owner = {-1, -1}; List<Ptx> orphans = new ArrayList<>(); Wd[] wd = {new Wd(), new Wd()};
    int uid = 0, bads, dups, acts, reb, cra, lost, tmo, flips, wdc, pgf, tim, ofl; int[] produced;
    // ghosts
    TreeMap<String, Integer> appliedCnt = new TreeMap<>(), promised = new TreeMap<>(), visible = new TreeMap<>(); int[] visVer; TreeMap<String, Integer> revs = new TreeMap<>();
    List<String> log; // verbose words
    S(Cfg c) { this.c = c; int n = c.leads.length; pg = new Pg(n, c.cap); produced = new int[n]; visVer = new int[n]; bads = c.bads; dups = c.dups; acts = c.acts; reb = c.rebalances; cra = c.crashes; lost = c.lost; tmo = c.timeouts; flips = c.flips; wdc = c.wdCrashes; pgf = c.pgFaults; tim = c.timers; ofl = c.offLoss; }
    @SuppressWarnings("unchecked") S copy() { S s = new S(c); s.pg = pg.c(); s.inbox = List.of(new ArrayList<>(inbox.get(0)), new ArrayList<>(inbox.get(1))); for (Txn t : txs) s.txs.add(t.c());
      s.cur = (TreeMap<Integer, Integer>) cur.clone(); s.kep = (TreeMap<Integer, Integer>) kep.clone(); s.off = off.clone();
      for (int i = 0; i < 2; i++) for (int j = 0; j < 2; j++) s.slot[i][j] = slot[i][j] == null ? null : slot[i][j].c();
      s.owner = owner.clone(); for (Ptx o : orphans) s.orphans.add(o.c()); s.wd = new Wd[]{wd[0].c(), wd[1].c()}; s.uid = uid; s.bads = bads; s.dups = dups; s.acts = acts; s.reb = reb; s.cra = cra; s.lost = lost; s.tmo = tmo; s.flips = flips; s.wdc = wdc; s.pgf = pgf; s.tim = tim; s.ofl = ofl;
      s.produced = produced.clone(); s.appliedCnt = (TreeMap<String, Integer>) appliedCnt.clone(); s.promised = (TreeMap<String, Integer>) promised.clone(); s.visible = (TreeMap<String, Integer>) visible.clone(); s.visVer = visVer.clone(); s.revs = (TreeMap<String, Integer>) revs.clone(); return s; }
    String key() { StringBuilder b = new StringBuilder(600);
      kpg(b, pg, true); for (var l : inbox) { b.append('|'); for (Rec r : l) b.append(r.k).append(r.id).append(',').append(r.tx).append(';'); }
      for (Txn t : txs) b.append('t').append(t.pid).append(t.st).append(t.dataM).append(t.offM).append(t.off).append(t.st == 2 && t.dataM ? "" : t.outs);
      b.append(cur).append(kep).append(off[0]).append(',').append(off[1]);
      for (var q : slot) for (Task t : q) { if (t == null) { b.append('-'); continue; } b.append('T').append(t.pc).append(',').append(t.pid).append(',').append(t.kep).append(',').append(t.ep).append(',').append(t.pos).append(',').append(t.from).append(',').append(t.rd).append(',').append(t.a).append(',').append(t.b).append(',').append(t.held).append(',').append(t.early).append(t.outs).append(t.routes); if (t.tx != null) kptx(b, t.tx); }
      b.append(owner[0]).append(owner[1]); for (Ptx o : orphans) kptx(b, o); for (Wd w : wd) b.append('w').append(w.pc).append(w.lead).append(w.gen);
      b.append(bads).append(dups).append(acts).append(reb).append(cra).append(lost).append(tmo).append(flips).append(wdc).append(pgf).append(tim).append(ofl).append(Arrays.toString(produced)).append(appliedCnt).append(promised).append(visible); return b.toString(); }
    void kptx(StringBuilder b, Ptx x) { b.append('X').append(x.p).append(x.elock).append(x.mask).append(x.rule).append(x.rowX).append(x.pool).append(x.add).append(x.acted); if (x.w != null) kpg(b, x.w, false); if (c.rr && x.snap != null) kpg(b, x.snap, false); }
    void kpg(StringBuilder b, Pg g, boolean full) { for (int[] q : new int[][]{g.lst, g.ver, g.rev, g.tgen, g.tst, g.epoch}) { for (int v : q) b.append(v); b.append('/'); } for (int l = 0; l < g.lst.length; l++) b.append(g.lst[l] == 1 ? g.gen - g.seen[l] : 9); b.append(g.free).append('m').append(c.rr ? g.mod : 0).append('r').append(g.rule);
      if (full) { b.append(g.applied); for (Stored s : g.stored) if (s != null) b.append('s').append(s.a).append('-').append(s.b).append(s.outs).append(s.routes); } }
    void say(String f, Object... a) { if (log != null) log.add(String.format(f, a)); }

    // ------------------------------------------------------------ Kafka
    boolean pendingData(Rec r) { return r.tx >= 0 && (txs.get(r.tx).st == 0 || txs.get(r.tx).st == 1 && !txs.get(r.tx).dataM); }
    boolean vis(Rec r) { return r.k != 'm' && (r.tx < 0 || txs.get(r.tx).dataM); }
    int lso(int p) { var l = inbox.get(p); for (int i = 0; i < l.size(); i++) if (pendingData(l.get(i))) return i; return l.size(); }
    void marker(Txn t) { if (t.inb) for (int p = 0; p < 2; p++) { boolean any = false; for (Rec r : inbox.get(p)) if (r.tx >= 0 && txs.get(r.tx) == t) any = true; if (any) inbox.get(p).add(new Rec('m', "", -1, 0, -1)); } }
    void markData(Txn t) { t.dataM = true; for (String o : t.outs) show(o); for (int p = 0; p < 2; p++) for (Rec r : inbox.get(p)) if (r.tx >= 0 && txs.get(r.tx) == t) showRoute(r); marker(t); fin(t); }
    void showRoute(Rec r) { int n = visible.merge(r.id, 1, Integer::sum); if (n > promised.getOrDefault(r.id, 1)) throw new Violation("visible twice: " + r.id); if (!promised.containsKey(r.id)) throw new Violation("visible, but not in Postgres: " + r.id); }
    void show(String o) { int n = visible.merge(o, 1, Integer::sum); if (n > 1) throw new Violation("visible twice: " + o); if (!promised.containsKey(o)) throw new Violation("visible, but not in Postgres: " + o);
      if (o.startsWith("S:")) { String[] x = o.split(":"); int l = N.indexOf(x[1]), v = Integer.parseInt(x[2]); if (v <= visVer[l]) throw new Violation("lead.state went backwards: " + o); visVer[l] = v; } }
    void markOff(Txn t) { t.offM = true; if (t.off >= 0) off[t.p] = t.off; fin(t); }
    void fin(Txn t) { if (t.dataM && t.offM) { t.st = 2; cur.remove(t.pid); } }
    void abort(Txn t) { t.st = 3; cur.remove(t.pid); marker(t); }

    // ------------------------------------------------------------ Postgres
    List<Ptx> open(Ptx me) { List<Ptx> r = new ArrayList<>(); for (var q : slot) for (Task t : q) if (t != null && t.tx != null && t.tx != me) r.add(t.tx); for (Ptx o : orphans) if (o != me) r.add(o); return r; }
    void commit(Ptx x) { for (int l = 0; l < pg.lst.length; l++) if ((x.mask >> l & 1) == 1) { pg.lst[l] = x.w.lst[l]; pg.seen[l] = x.w.seen[l]; pg.ver[l] = x.w.ver[l]; pg.rev[l] = x.w.rev[l]; pg.tgen[l] = x.w.tgen[l]; pg.tst[l] = x.w.tst[l]; }
      if (x.pool) { pg.free = x.w.free; pg.mod = x.w.mod; pg.gen = x.w.gen; } x.add.forEach((e, at) -> { if (!c.rowGuards || e.charAt(0) != 'S') pg.applied.put(e, at); }); if (x.st != null) { pg.stored[x.p] = x.st; for (String o : x.st.outs) { promise(o); } for (Rec r : x.st.routes) promise(r.id); }
      for (String e : x.acted) if (appliedCnt.merge(e, 1, Integer::sum) > 1) throw new Violation("event applied twice: " + e);
      if (x.superseded) throw new Violation("a superseded timer acted"); if (x.rule != pg.rule) throw new Violation("a batch of rule set " + x.rule + " committed after " + pg.rule + " was active");
      int asg = 0; for (int v : pg.lst) if (v == 2) asg++; if (asg + pg.free != c.cap) throw new Violation("capacity: assigned " + asg + " + free " + pg.free + " != " + c.cap); }
    void promise(String o) { if (o.startsWith("Q:")) { promised.put(o, 1); return; } if (o.startsWith("R:")) { promised.merge(o, 1, Integer::sum); return; } if (promised.merge(o, 1, Integer::sum) > 1) throw new Violation("promised twice: " + o);
      if (o.startsWith("D:")) { String[] x = o.split(":"); if (revs.merge(x[1] + x[2], 1, Integer::sum) > 1) throw new Violation("two decisions for one lead and revision: " + o); } }

    // ------------------------------------------------------------ the pure core
    boolean decide(Pg w, List<Rec> in, int rule, int p, int a, List<String> outs, List<Rec> routes, List<Boolean> sup) { boolean touched = false; Set<Integer> woken = new TreeSet<>();
      for (Rec r : in) { int l = r.lead; if (r.k == 'B') continue; touched = true;
        switch (r.k) {
          case 'S' -> { if (w.lst[l] == 0) { w.rev[l] = 1; w.ver[l] = 1; boolean behind = false; if (c.noOvertake) for (int v : w.lst) behind |= v == 1; if (behind) { w.lst[l] = 1; w.seen[l] = c.untriedSeesNow ? w.gen : -1; dec(w, l, "queued", rule, outs); } else if (w.free > 0 && l != c.picky) { w.free--; w.mod++; w.lst[l] = 2; arm(w, l); dec(w, l, "assigned", rule, outs); } else { w.lst[l] = 1; w.seen[l] = w.gen; dec(w, l, "queued", rule, outs); } } }
          case 'A' -> { if (w.lst[l] == 1 || w.lst[l] == 2) { boolean fr = w.lst[l] == 2; w.lst[l] = 3; w.ver[l]++; outs.add("S:" + N.charAt(l) + ":" + w.ver[l]); if (fr) { w.free++; w.gen++; w.mod++; w.tst[l] = 5; if (!c.passOn) for (int q = 0; q < w.lst.length; q++) if (w.lst[q] == 1 && woken.add(q)) { route(w, q, p, a, routes); break; } } } }
          case 'T' -> { boolean ok = w.lst[l] == 2 && w.tgen[l] == r.gen && w.tst[l] >= 1 && w.tst[l] <= 3; if (ok || !c.supersededCheck && w.lst[l] > 0) { if (!ok) sup.add(true); w.rev[l]++; w.ver[l]++; if (w.tgen[l] < c.maxGen) { w.tgen[l]++; w.tst[l] = 1; } else w.tst[l] = 4; dec(w, l, "reassigned", rule, outs); } }
          case 'R' -> { w.seen[l] = w.gen; if (w.lst[l] == 1 && w.free > 0 && l != c.picky) { w.free--; w.mod++; w.lst[l] = 2; w.ver[l]++; if (c.routeOpensRevision) w.rev[l]++; arm(w, l); dec(w, l, "assigned", rule, outs); } }
          default -> {} } }
      if (c.passOn && touched) { int f = w.free; for (int q = 0; q < w.lst.length && f > 0; q++) if (w.lst[q] == 1 && (!c.wakeGen || w.seen[q] < w.gen)) { f--; route(w, q, p, a, routes); if (c.markAtWake && c.wakeGen) w.seen[q] = w.gen; } }
      return touched; }
    void arm(Pg w, int l) { w.tgen[l]++; w.tst[l] = 1; }
    void route(Pg w, int q, int p, int a, List<Rec> routes) { routes.add(new Rec('R', c.routeIdCause ? "R:" + N.charAt(q) + ":" + p + "." + a : "R:" + N.charAt(q) + ":v" + w.ver[q], q, 0, -1)); }
    void dec(Pg w, int l, String what, int rule, List<String> outs) { outs.add("D:" + N.charAt(l) + ":" + w.rev[l] + ":" + w.ver[l] + ":" + what + ":r" + rule); outs.add("S:" + N.charAt(l) + ":" + w.ver[l]); }
    List<Rec> recs(int p, int a, int b) { List<Rec> r = new ArrayList<>(); for (int i = a; i < b; i++) if (vis(inbox.get(p).get(i))) r.add(inbox.get(p).get(i)); return r; }

    // ------------------------------------------------------------ the task
    void lost(Task t, String why) { say("   -> %s", why); t.tx = null; t.held = 0; if (owner[t.p] == t.slot && !c.ownerStops) t.pc = 0; else if (owner[t.p] == t.slot) t.pc = 99; else if (c.zombieReinit && t.uid % 2 == 1) t.pc = 98; else slot[t.p][t.slot] = null; }
    void redo(Task t, Stored s) { t.tx = null; t.a = s.a; t.b = s.b; t.outs = s.outs; t.routes = s.routes; t.pc = 10; say("   -> redo the stored batch [%d,%d)", s.a, s.b); }
    boolean alive(Task t) { return kep.getOrDefault(t.pid, -1) == t.kep; }
    void begin(Task t, int n) { int l = lso(t.p), cnt = 0, i = t.pos, b = t.pos; for (; i < l && cnt < n; i++) if (vis(inbox.get(t.p).get(i))) { cnt++; b = i + 1; }
      t.a = t.pos; t.b = b; if (c.epochCheck && pg.epoch[t.p] != t.ep) { lost(t, "epoch stale"); return; }
      Ptx x = new Ptx(); x.p = t.p; x.elock = c.epochCheck || c.cas ? c.epochLock : 0; x.ruleS = c.ruleLock; x.rule = pg.rule; if (c.rr) x.snap = pg.c(); t.tx = x; t.pc = 4; say("   batch [%d,%d)", t.a, t.b); }
    /** null: go on; "": blocked */
    boolean blockedRead(Task t) { int mask = 0; Set<String> ids = new TreeSet<>(); for (Rec r : recs(t.p, t.a, t.b)) if (r.k != 'B') { mask |= 1 << r.lead; ids.add(r.id); }
      for (Ptx o : open(t.tx)) { if (c.poolLock && o.pool && mask != 0) return true; if ((o.mask & mask) != 0) return true; for (String s : ids) if (o.ids.contains(s)) return true; if (o.p == t.p && (o.rowX || o.elock > 0)) return true; } return false; }
    boolean deadlock(Task t) { for (Ptx o : open(t.tx)) if (o.p == t.p && o.elock == 1 && t.tx.elock == 1) return true; return false; }
    void read(Task t) { Ptx x = t.tx; Stored old = pg.stored[t.p]; List<Rec> in = new ArrayList<>(); List<String> outs = new ArrayList<>(); List<Rec> routes = new ArrayList<>();
      if (c.cas && old != null && old.b > t.a) { redo(t, old); return; }
      TreeMap<String, Integer> add = new TreeMap<>(); List<String> acted = new ArrayList<>(); int mask = 0;
      for (int i = t.a; i < t.b; i++) { Rec r = inbox.get(t.p).get(i); if (!vis(r)) continue; if (r.k == 'B') { outs.add("Q:" + t.p + ":" + i); continue; }
        Integer at = c.rowGuards && r.k == 'S' ? c.rowLooked && pg.lst[r.lead] != 0 ? Integer.valueOf(-1) : null : pg.applied.get(r.id); int here = t.p * 1000 + i;
        if (c.dedupe && at != null && at == here) {
          if (c.eventTrigger && old != null && old.a <= i && i < old.b) {
            if (c.rerun.equals("stored")) { redo(t, old); return; }
            t.tx = null; if (c.rerun.equals("current")) { t.a = old.a; t.b = old.b; } else t.b = Math.min(t.b, old.b);
            Pg w = c.rerun.equals("current") ? pg.c() : old.snap.c(); decide(w, recs(t.p, t.a, t.b), pg.rule, t.p, old.a, outs, routes, new ArrayList<>()); t.outs = outs; t.routes = routes; t.pc = 10; return; }
          continue; }
        if (c.dedupe && (at != null || add.containsKey(r.id))) { if (c.emitRepeats && pg.ver[r.lead] > 0) outs.add("S:" + N.charAt(r.lead) + ":" + pg.ver[r.lead]); continue; }
        add.put(r.id, here); in.add(r); acted.add(r.id); mask |= 1 << r.lead; }
      Pg w = pg.c(); if (c.rr) { if (mask != 0 && x.snap.mod != pg.mod) { t.tx = null; t.pc = 3; say("   -> 40001, again"); return; } for (int l = 0; l < w.lst.length; l++) if ((mask >> l & 1) == 0) w.lst[l] = x.snap.lst[l]; }
      Stored s = new Stored(); s.snap = pg.c(); s.snap.stored = new Stored[2]; s.from = t.from; s.a = t.a; s.b = t.b; s.rule = x.rule; List<Boolean> sup = new ArrayList<>();
      decide(w, in, x.rule, t.p, t.a, outs, routes, sup); s.outs = outs; s.routes = routes; for (int q = 0; q < w.lst.length; q++) if (w.seen[q] != pg.seen[q]) mask |= 1 << q; x.w = w; x.mask = mask; x.pool = mask != 0; x.ids = new TreeSet<>(add.keySet()); x.add = add; x.acted = acted; x.st = s; x.rowX = true; x.superseded = !sup.isEmpty();
      if (t.held > 0) { List<String> o2 = new ArrayList<>(t.outs); o2.addAll(outs); List<Rec> r2 = new ArrayList<>(t.routes); r2.addAll(routes); t.outs = o2; t.routes = r2; } else { t.outs = outs; t.routes = routes; }
      t.pc = c.emitBeforePg ? 10 : 5; say("   decides %s wakes %s", outs, ids(routes)); }
    static String ids(List<Rec> l) { StringBuilder b = new StringBuilder("["); for (Rec r : l) b.append(r.id).append(' '); return b.append("]").toString(); }
    void ended(Task t) { if (t.tx != null && c.emitBeforePg) { t.pc = 5; return; } t.pos = t.from = t.b; t.pc = 3; t.held = 0; }

    List<Act> acts(boolean drain) { List<Act> as = new ArrayList<>();
      // upstream
      for (int l = 0; l < produced.length; l++) { int L = l; if (produced[l] == 0) as.add(new Act("upstream: lead " + N.charAt(l), false, () -> { produced[L] = 1; inbox.get(c.leads[L]).add(new Rec('S', "S:" + N.charAt(L), L, 0, -1)); }));
        if (!drain) { if (produced[l] == 1 && acts > 0) as.add(new Act("upstream: activity ends " + N.charAt(l), false, () -> { acts--; produced[L] = 2; inbox.get(c.leads[L]).add(new Rec('A', "A:" + N.charAt(L), L, 0, -1)); }));
          if (produced[l] >= 1 && dups > 0) as.add(new Act("upstream: lead " + N.charAt(l) + " again, other offset", true, () -> { dups--; inbox.get(c.leads[L]).add(new Rec('S', "S:" + N.charAt(L), L, 0, -1)); })); } }
      if (!drain && bads > 0) for (int p = 0; p < c.parts; p++) { int P = p; as.add(new Act("upstream: a bad value into P" + p, true, () -> { bads--; inbox.get(P).add(new Rec('B', "B", -1, 0, -1)); })); }
      // broker
      for (Txn t : txs) { if (t.st == 1 && !t.dataM) as.add(new Act("broker: markers of data, " + pn(t), false, () -> markData(t))); if (t.st == 1 && !t.offM) as.add(new Act("broker: marker of offsets, " + pn(t), false, () -> markOff(t)));
        if (t.st == 0 && !c.fence && drain && !hasTask(t.pid)) as.add(new Act("broker: old transaction times out, " + pn(t), false, () -> { abort(t); kep.merge(t.pid, 1, Integer::sum); }));
        if (!drain && t.st == 0 && tmo > 0) as.add(new Act("broker: transaction times out, " + pn(t), true, () -> { tmo--; abort(t); kep.merge(t.pid, 1, Integer::sum); })); }
      for (int i = 0; i < orphans.size(); i++) { Ptx o = orphans.get(i); as.add(new Act("postgres: the orphaned transaction of P" + o.p + " commits", false, () -> { orphans.remove(o); commit(o); })); if (!drain) as.add(new Act("postgres: the orphaned transaction of P" + o.p + " rolls back", false, () -> orphans.remove(o))); }
      if (!drain && ofl > 0) for (int p = 0; p < 2; p++) { int P = p; if (off[p] >= 0 && pg.stored[p] != null) as.add(new Act("group offset of P" + p + " is lost", true, () -> { ofl--; off[P] = -1; })); }
      // group, crash
      for (int p = 0; p < c.parts; p++) { int P = p;
        if (owner[p] < 0) for (int k = 0; k < 2; k++) if (slot[p][k] == null) { int K = k; as.add(new Act("group: P" + p + " assigned", false, () -> { Task t = new Task(); t.p = P; t.slot = K; t.uid = uid++; slot[P][K] = t; owner[P] = K; say("   as %s", tn(t)); })); break; }
        if (!drain && owner[p] >= 0 && reb > 0 && slot[p][1 - owner[p]] == null) as.add(new Act("group: P" + p + " moves to another instance, the old one does not notice", true, () -> { reb--; Task t = new Task(); t.p = P; t.slot = 1 - owner[P]; t.uid = uid++; slot[P][t.slot] = t; owner[P] = t.slot; say("   as %s", tn(t)); }));
        for (int k = 0; k < 2; k++) { int K = k; Task t = slot[p][k]; if (t == null) continue; if (!drain && cra > 0) as.add(new Act(tn(t) + ": kill -9", true, () -> { cra--; slot[P][K] = null; if (owner[P] == K) owner[P] = -1; })); steps(as, t, drain); } }
      // watchdogs
      for (int i = 0; i < 2; i++) { Wd w = wd[i]; String n = "watchdog" + i; int I = i;
        if (w.pc == 0) for (int l = 0; l < pg.lst.length; l++) { int L = l; if (pg.tst[l] == 1 && !lockedLead(l) && (drain || tim > 0)) as.add(new Act(n + ": leases due timer of " + N.charAt(l), false, () -> { if (!drain) tim--; w.lead = L; w.gen = pg.tgen[L]; pg.tst[L] = 2; w.pc = 1; })); }
        Runnable emit = () -> { String id = "T:" + N.charAt(w.lead) + (c.timerIdGen ? ":" + w.gen : ""); inbox.get(c.leads[w.lead]).add(new Rec('T', id, w.lead, w.gen, -1)); };
        Runnable mark = () -> { if (pg.tst[w.lead] >= 1 && pg.tst[w.lead] <= 2 && (!c.markByGen || pg.tgen[w.lead] == w.gen)) pg.tst[w.lead] = 3; };
        if (w.pc == 1) { if (c.markBeforeEmit) { if (!lockedLead(w.lead)) as.add(new Act(n + ": marks fired", false, () -> { mark.run(); w.pc = 2; })); } else as.add(new Act(n + ": emits TimerFired", false, () -> { emit.run(); w.pc = 2; })); }
        if (w.pc == 2) { if (c.markBeforeEmit) as.add(new Act(n + ": emits TimerFired", false, () -> { emit.run(); w.pc = 0; })); else if (!lockedLead(w.lead)) as.add(new Act(n + ": marks fired", false, () -> { mark.run(); w.pc = 0; })); }
        if (!drain && w.pc > 0 && wdc > 0) as.add(new Act(n + ": kill -9", true, () -> { wdc--; wd[I] = new Wd(); })); }
      for (int l = 0; l < pg.lst.length; l++) { int L = l; boolean held = false; for (Wd w : wd) if (w.pc > 0 && w.lead == l && w.gen == pg.tgen[l]) held = true; if (pg.tst[l] == 2 && !lockedLead(l) && (!held || !drain && wdc > 0)) as.add(new Act("timer lease of " + N.charAt(l) + " expires", held, () -> { if (true) { pg.tst[L] = 1; } })); }
      if (!drain && flips > 0) { boolean locked = false; for (Ptx o : open(null)) if (o.ruleS) locked = true; if (!locked) as.add(new Act("rules: version flips", true, () -> { flips--; pg.rule++; })); }
      return as; }
    boolean hasTask(int pid) { for (var q : slot) for (Task t : q) if (t != null && t.pid == pid) return true; return false; }
    boolean lockedLead(int l) { for (Ptx o : open(null)) if ((o.mask >> l & 1) == 1) return true; return false; }
    String tn(Task t) { return "task" + t.uid + "/P" + t.p; }
    String pn(Txn t) { return "P" + t.p + (c.fence ? "" : "." + t.pid); }
    void steps(List<Act> as, Task t, boolean drain) { String n = tn(t); int p = t.p;
      switch (t.pc) {
        case 98 -> { as.add(new Act(n + ": notices it is no member, stops", false, () -> slot[p][t.slot] = null)); if (!drain) as.add(new Act(n + ": (zombie) does the assignment again", false, () -> t.pc = 0)); }
        case 0 -> { if (c.epochFirst && t.early == -1) { if (rowFree(t)) as.add(new Act(n + ": raises the epoch", false, () -> { t.ep = ++pg.epoch[p]; t.early = -2; })); }
          else if (!c.fenceBeforeRead && t.early < 0) as.add(new Act(n + ": reads the offset (too early)", false, () -> t.early = off[p]));
          else { int pid = c.fence ? p : 10 + t.uid; Integer q = cur.get(pid); if (q == null || txs.get(q).st == 0) as.add(new Act(n + ": connects the producer", false, () -> { if (cur.get(pid) != null) { abort(txs.get(cur.get(pid))); say("   aborts the open transaction"); } t.pid = pid; t.kep = kep.merge(pid, 1, Integer::sum); t.pc = c.epochFirst ? 2 : 1; if (t.early == -2) t.early = -1; })); } }
        case 1 -> { if (rowFree(t)) as.add(new Act(n + ": raises the epoch", false, () -> { t.ep = ++pg.epoch[p]; t.pc = 2; say("   epoch %d", t.ep); })); }
        case 2 -> as.add(new Act(n + ": reads the offset", false, () -> { t.rd = t.early >= 0 ? t.early : off[p]; t.early = -1; t.pc = 20; say("   offset %d", t.rd); }));
        case 20 -> as.add(new Act(n + ": reads the stored batch", false, () -> { int cc = t.rd; Stored s = pg.stored[p]; say("   stored batch %s", s == null ? "none" : "[" + s.a + "," + s.b + ")"); if (c.resumeEpochCheck && c.epochCheck && pg.epoch[p] != t.ep) { lost(t, "epoch stale"); return; }
          if (c.positionResume && s != null && cc < s.b) { if (c.strictFrom && cc != s.from) throw new Violation("alarm, the task stops: the committed offset is neither where the stored batch begins nor past it"); redo(t, s); } else { t.from = cc; t.pos = Math.max(0, cc); t.pc = 3; } }));
        case 3 -> { int l = lso(p), v = 0, first = -1; for (int i = t.pos; i < l; i++) if (vis(inbox.get(p).get(i))) { v++; if (first < 0) first = i; }
          if (v == 0 && l > t.pos) as.add(new Act(n + ": skips control and aborted records", false, () -> t.pos = l));
          for (int k = drain ? Math.max(1, Math.min(v, c.maxBatch)) : 1; k <= Math.min(v, c.maxBatch); k++) { int K = k; boolean can = true; for (Ptx o : open(null)) if (o.p == p && (c.epochCheck || c.cas) && (c.epochLock == 2 && (o.elock > 0 || o.rowX) || c.epochLock == 1 && (o.elock == 2 || o.rowX))) can = false;
            if (can) as.add(new Act(n + ": begins in Postgres, " + k + " records", false, () -> begin(t, K))); }
          if (c.pipeline && t.held > 0) as.add(new Act(n + ": goes to Kafka with both", false, () -> t.pc = 10)); }
        case 4 -> { if (!blockedRead(t)) as.add(new Act(n + ": locks, reads, decides", false, () -> read(t))); else if (deadlock(t)) as.add(new Act(n + ": 40P01, rolls back", false, () -> { t.tx = null; t.pc = 3; }));
          if (!drain && pgf > 0) as.add(new Act("postgres: ends the idle transaction of " + n, true, () -> { pgf--; t.tx = null; t.pc = 3; })); }
        case 5 -> { Runnable ok = () -> { commit(t.tx); t.tx = null; if (c.emitBeforePg) { t.pos = t.b; t.pc = 3; } else t.pc = 10; };
          as.add(new Act(n + ": commits in Postgres", false, ok));
          if (c.pipeline && !drain && t.held == 0) as.add(new Act(n + ": commits in Postgres, takes another batch first", false, () -> { commit(t.tx); t.tx = null; t.held = 1; t.pos = t.b; t.pc = 3; }));
          if (!drain && pgf > 0) as.add(new Act("postgres: ends the idle transaction of " + n, true, () -> { pgf--; t.tx = null; t.pc = 3; }));
          if (!drain && lost > 0 && !c.emitBeforePg) as.add(new Act(n + ": sends COMMIT to Postgres, the connection breaks", true, () -> { lost--; orphans.add(t.tx); t.tx = null; t.held = 0; if (c.unknownPgReinit) { if (owner[p] == t.slot || c.zombieReinit) t.pc = 0; else slot[p][t.slot] = null; } else t.pc = 3; })); }
        case 10 -> { Integer q = cur.get(t.pid); if (!alive(t)) as.add(new Act(n + ": sends", false, () -> lost(t, "fenced"))); else if (q == null) as.add(new Act(n + ": sends the results", false, () -> { Txn x = new Txn(); x.pid = t.pid; x.p = p; x.outs.addAll(t.outs); cur.put(t.pid, txs.size()); txs.add(x); t.pc = 11; }));
          else if (txs.get(q).st == 0) as.add(new Act(n + ": sends the results", false, () -> { txs.get(q).outs.addAll(t.outs); t.pc = 11; })); }
        case 11 -> { Integer q = cur.get(t.pid); if (!alive(t) || q == null || txs.get(q).st != 0) as.add(new Act(n + ": sends", false, () -> lost(t, "fenced"))); else as.add(new Act(n + ": sends the wake-ups and the offset", false, () -> { Txn x = txs.get(q); if (c.routeInTxn) for (Rec r : t.routes) { inbox.get(c.leads[r.lead]).add(new Rec(r.k, r.id, r.lead, 0, q)); x.inb = true; } x.off = t.b; t.pc = 12; })); }
        case 12 -> { Integer q = cur.get(t.pid); if (!alive(t) || q == null || txs.get(q).st != 0) as.add(new Act(n + ": commits in Kafka", false, () -> lost(t, "fenced")));
          else { Runnable okk = () -> { txs.get(q).st = 1; if (!c.routeInTxn && !t.routes.isEmpty()) t.pc = 13; else ended(t); };
            as.add(new Act(n + ": commits in Kafka", false, okk));
            if (!drain && lost > 0) { Runnable unk = () -> { if (c.unknownReemit) t.pc = 10; else { t.held = 0; t.tx = null; if (owner[p] == t.slot || c.zombieReinit) t.pc = 0; else slot[p][t.slot] = null; } };
              as.add(new Act(n + ": commits in Kafka, the answer is lost", true, () -> { lost--; txs.get(q).st = 1; unk.run(); }));
              as.add(new Act(n + ": commits in Kafka, the request is lost", true, () -> { lost--; unk.run(); })); } } }
        case 13 -> as.add(new Act(n + ": sends the wake-ups outside the transaction", false, () -> { for (Rec r : t.routes) { inbox.get(c.leads[r.lead]).add(new Rec(r.k, r.id, r.lead, 0, -1)); showRoute(r); } ended(t); }));
        default -> {} } }
    boolean rowFree(Task t) { for (Ptx o : open(null)) if (o.p == t.p && (o.elock > 0 || o.rowX)) return false; return true; }

    void drain() { int i = 0, steps = 0; String last = ""; for (;;) { List<Act> as = acts(true); if (as.isEmpty()) break; Act a = as.get(i++ % as.size()); if (log != null) log.add("  . " + a.label); a.run.run(); if (++steps > 1500) throw new Violation("does not come to rest"); }
      fin2(); }
    void fin2() { for (int p = 0; p < c.parts; p++) { Task t = owner[p] < 0 ? null : slot[p][owner[p]]; if (t == null || t.pc != 3 || t.pos != inbox.get(p).size()) throw new Violation("P" + p + " is stuck"); }
      for (int p = 0; p < 2; p++) for (int i = 0; i < inbox.get(p).size(); i++) { Rec r = inbox.get(p).get(i); if (!vis(r)) continue; if (r.k == 'B') { if (visible.getOrDefault("Q:" + p + ":" + i, 0) != 1) throw new Violation("the bad value at P" + p + "@" + i + " has no dead letter"); } else if (appliedCnt.getOrDefault(r.id, 0) != 1) throw new Violation("event never applied: " + r.id); }
      for (var e : promised.entrySet()) if (!visible.getOrDefault(e.getKey(), 0).equals(e.getValue())) throw new Violation("in Postgres, never visible: " + e.getKey());
      int waiting = 0; for (int l = 0; l < pg.lst.length; l++) { if (visVer[l] != pg.ver[l]) throw new Violation("lead.state of " + N.charAt(l) + " is " + visVer[l] + ", Postgres has " + pg.ver[l]); if (pg.lst[l] == 1 && l != c.picky) waiting++; if (pg.lst[l] == 2 && pg.tst[l] != 4) throw new Violation("clock missed: timer of " + N.charAt(l) + " generation " + pg.tgen[l]); }
      if (waiting > 0 && pg.free > 0) throw new Violation("lost wake-up: " + waiting + " waiting, " + pg.free + " free"); }
  }

  // ---------------------------------------------------------------- exploring
  static long steps = 0, runs = 0;
  static Violation replay(Cfg c, List<String> tr, List<String> log, List<String> eff) { S s = new S(c); s.log = log; try { for (String l : tr) { for (Act a : s.acts(false)) if (a.label.equals(l)) { if (log != null) log.add(l); if (eff != null) eff.add(l); a.run.run(); break; } } if (log != null) log.add("-- no more faults; everything runs to rest"); s.drain(); return null; } catch (Violation v) { return v; } }
  static List<String> walk(Cfg c, Random r, int len, Violation[] out) { S s = new S(c); List<String> tr = new ArrayList<>(); runs++; double pf = 0.04 + r.nextDouble() * 0.2; int fav = r.nextInt(4);
    try { for (int i = 0; i < len; i++) { List<Act> as = s.acts(false); if (as.isEmpty()) break; List<Act> f = new ArrayList<>(), g = new ArrayList<>(); for (Act a : as) (a.fault ? f : g).add(a);
        Act a; if (!f.isEmpty() && (g.isEmpty() || r.nextDouble() < pf)) a = f.get(r.nextInt(f.size())); else { a = g.get(r.nextInt(g.size())); if (fav < 3 && !a.label.startsWith("task")) a = g.get(r.nextInt(g.size())); }
        tr.add(a.label); steps++; a.run.run(); } s.drain(); } catch (Violation v) { out[0] = v; } return tr; }
  static String kind(Violation v) { return v.getMessage().replaceAll("[:@].*", "").replaceAll("\\d+", "n"); }
  static List<String> shrink(Cfg c, List<String> tr, String kind) { List<String> cur = tr; boolean again = true; while (again) { again = false; for (int sz = Math.max(1, cur.size() / 2); sz >= 1; sz /= 2) for (int i = 0; i + sz <= cur.size(); ) { List<String> q = new ArrayList<>(cur.subList(0, i)); q.addAll(cur.subList(i + sz, cur.size())); List<String> eff = new ArrayList<>(); Violation v = replay(c, q, null, eff); if (v != null && kind(v).equals(kind)) { cur = eff.size() < q.size() ? eff : q; again = true; } else i += sz; } } return cur; }
  static void vary(Cfg c, Random r) { c.cap = 1 + r.nextInt(2); c.bads = r.nextInt(2); c.dups = r.nextInt(3); c.acts = r.nextInt(5); c.rebalances = r.nextInt(4); c.crashes = r.nextInt(3); c.lost = r.nextInt(3); c.timeouts = r.nextInt(2); c.flips = r.nextInt(3); c.wdCrashes = r.nextInt(2); c.pgFaults = r.nextInt(2); c.timers = r.nextInt(4); if (c.mayBePicky && r.nextInt(4) == 0) c.picky = 0; if (c.noBads) c.bads = 0; if (c.noDups) c.dups = c.timers = c.wdCrashes = 0; c.leads = r.nextBoolean() ? new int[]{0, 0, 1, 1} : r.nextBoolean() ? new int[]{0, 0, 1} : new int[]{0, 1, 1, 0, 1}; }

  static void random(String name, Cfg base, long seeds, boolean verbose) { long t0 = System.currentTimeMillis(); steps = 0; Map<String, int[]> kinds = new TreeMap<>(); Map<String, List<String>> best = new TreeMap<>(); Map<String, Cfg> bc = new TreeMap<>(); long first = -1; int found = 0; long s = 0;
    for (; s < seeds; s++) { Random r = new Random(s * 7919 + 17); Cfg c = base.clone(); vary(c, r); Violation[] v = {null}; List<String> tr = walk(c, r, 20 + r.nextInt(100), v);
      if (v[0] != null) { if (first < 0) first = s; found++; String k = kind(v[0]); int[] n = kinds.computeIfAbsent(k, q -> new int[1]); n[0]++; if (n[0] <= 25) { List<String> sh = shrink(c, tr, k); if (!best.containsKey(k) || sh.size() < best.get(k).size()) { best.put(k, sh); bc.put(k, c); } } if (found >= 400) { s++; break; } } }
    System.out.printf("%-58s %s  (%,d runs, %,d steps, first at seed %d, %.1f s)%n", name, found == 0 ? "no violation" : "CAUGHT", s, steps, first, (System.currentTimeMillis() - t0) / 1e3);
    for (var e : kinds.entrySet()) System.out.printf("      %4d x %s; shortest %d steps%n", e.getValue()[0], e.getKey(), best.get(e.getKey()).size());
    if (verbose) best.entrySet().stream().sorted(Comparator.comparingInt(e -> e.getValue().size())).limit(2).forEach(e -> { List<String> log = new ArrayList<>(); Violation v = replay(bc.get(e.getKey()), e.getValue(), log, null); System.out.println("      --- " + v.getMessage() + " (capacity " + bc.get(e.getKey()).cap + ")"); for (String l : log) { if (l.startsWith("  .") && System.getProperty("drain") == null) continue; System.out.println("        " + l); } }); }

  /** Breadth first over all interleavings of a small scenario; from each state also "no more faults, run to rest". */
  static void bfs(String name, Cfg c, int max) { long t0 = System.currentTimeMillis(); Set<Long> seen = new HashSet<>(); ArrayDeque<S> q = new ArrayDeque<>(); ArrayDeque<Integer> dq = new ArrayDeque<>(); q.add(new S(c)); dq.add(0); long trans = 0; int depth = 0; boolean full = true;
    while (!q.isEmpty()) { S s = q.poll(); depth = dq.poll(); int n = s.acts(false).size();
      try { S d = s.copy(); d.drain(); } catch (Violation v) { System.out.printf("%-58s VIOLATION at depth %d (after rest): %s%n", name, depth, v.getMessage()); return; }
      for (int i = 0; i < n; i++) { S d = s.copy(); trans++; try { d.acts(false).get(i).run.run(); } catch (Violation v) { System.out.printf("%-58s VIOLATION at depth %d: %s%n", name, depth + 1, v.getMessage()); return; } if (seen.size() >= max) { full = false; continue; } if (seen.add(hash(d.key()))) { q.add(d); dq.add(depth + 1); } } if (!full && seen.size() >= max) break; }
    System.out.printf("%-58s no violation: %,d states, %,d transitions, depth %d, %s (%.1f s)%n", name, seen.size(), trans, depth, full ? "complete" : "cut off", (System.currentTimeMillis() - t0) / 1e3); }
  static long hash(String s) { long h = 1125899906842597L; for (int i = 0; i < s.length(); i++) { h = 31 * h + s.charAt(i); h ^= h >>> 29; h *= 0x9E3779B97F4A7C15L; } return h; }
  static Cfg with(Cfg b, Consumer<Cfg> f) { Cfg c = b.clone(); f.accept(c); return c; }

  public static void main(String[] av) { long seeds = av.length > 0 ? Long.parseLong(av[0]) : 20000; int max = av.length > 1 ? Integer.parseInt(av[1]) : 0; String only = av.length > 2 ? av[2] : ""; boolean verbose = !only.isEmpty();
    Cfg fixed = new Cfg(); Cfg atAssign = with(fixed, c -> { c.cas = false; c.rowGuards = false; });
    Cfg text = with(fixed, c -> { c.positionResume = false; c.cas = false; c.epochLock = 0; c.unknownPgReinit = false; c.passOn = false; c.mayBePicky = false; c.epochFirst = false; c.resumeEpochCheck = false; c.strictFrom = false; c.rowGuards = false; });
    // the text with its holes closed by the scenario (no repeats, no bad values) and a locked epoch, raised first: clean, so that a bug planted in it is seen by itself
    Cfg clean = with(text, c -> { c.passOn = true; c.epochLock = 2; c.unknownPgReinit = true; c.noBads = c.noDups = true; c.epochFirst = true; c.resumeEpochCheck = true; });
    LinkedHashMap<String, Cfg> m = new LinkedHashMap<>();
    m.put("fixed design", fixed);
    m.put("fixed by scenario: TEXT, epoch locked and first, no repeats, no bad", clean);
    m.put("TEXT, FOR UPDATE, epoch after connecting, no repeats, no bad", with(clean, c -> c.epochFirst = false));
    m.put("BUG offset read before fencing", with(fixed, c -> c.fenceBeforeRead = false));
    m.put("BUG no fence (a transactional id per instance)", with(fixed, c -> c.fence = false));
    m.put("BUG no epoch check", with(clean, c -> c.epochCheck = false));
    m.put("BUG no applied_events", with(fixed, c -> c.dedupe = false));
    m.put("BUG neither an entry nor a look at the lead's row", with(fixed, c -> c.rowLooked = false));
    m.put("READ every submission has an entry", with(fixed, c -> c.rowGuards = false));
    m.put("BUG repeats at another position are emitted", with(fixed, c -> c.emitRepeats = true));
    m.put("BUG position ignored: known event is never re-emitted", with(clean, c -> c.eventTrigger = false));
    m.put("BUG boundaries recomputed", with(clean, c -> c.rerun = "boundaries"));
    m.put("BUG snapshot not stored: re-run on today's state", with(clean, c -> c.rerun = "current"));
    m.put("BUG RouteLead outside the Kafka transaction", with(fixed, c -> c.routeInTxn = false));
    m.put("BUG watchdog marks before emitting", with(fixed, c -> c.markBeforeEmit = true));
    m.put("BUG superseded timers act", with(fixed, c -> c.supersededCheck = false));
    m.put("BUG lost commit answer: emit again", with(fixed, c -> c.unknownReemit = true));
    m.put("BUG Kafka before Postgres", with(fixed, c -> c.emitBeforePg = true));
    m.put("BUG two batches in flight, one stored", with(fixed, c -> { c.pipeline = true; }));
    m.put("BUG no pool lock", with(fixed, c -> c.poolLock = false));
    m.put("BUG rule version read without lock", with(fixed, c -> c.ruleLock = false));
    m.put("TEXT as written (plain epoch read, trigger by event)", text);
    m.put("TEXT, but wake-ups passed on", with(text, c -> c.passOn = true));
    m.put("TEXT, epoch FOR SHARE, wake-ups passed on", with(text, c -> { c.passOn = true; c.epochLock = 1; }));
    m.put("TEXT, epoch FOR UPDATE, reinit, wake-ups passed on", with(text, c -> { c.passOn = true; c.epochLock = 2; c.unknownPgReinit = true; }));
    m.put("TEXT, wake-ups passed on, repeats but no bad values", with(text, c -> { c.passOn = true; c.noBads = true; }));
    m.put("TEXT, wake-ups passed on, no repeats, no bad values", with(text, c -> { c.passOn = true; c.noBads = c.noDups = true; c.timers = 0; }));
    m.put("READ position at assignment only, epoch FOR UPDATE", atAssign);
    m.put("READ position at assignment only, plain epoch", with(atAssign, c -> c.epochLock = 0));
    m.put("READ position at assignment only, FOR UPDATE, pg retry", with(atAssign, c -> c.unknownPgReinit = false));
    m.put("READ position at assignment only, FOR SHARE, pg retry", with(atAssign, c -> { c.unknownPgReinit = false; c.epochLock = 1; }));
    m.put("READ position in the transaction only", with(fixed, c -> { c.positionResume = false; }));
    m.put("READ position in the transaction, no epoch at all", with(fixed, c -> { c.epochCheck = false; }));
    m.put("READ position in the transaction, no epoch, plain read", with(fixed, c -> { c.epochCheck = false; c.epochLock = 0; }));
    m.put("READ position only, no event trigger", with(fixed, c -> c.eventTrigger = false));
    m.put("READ epoch raised after connecting, as the text", with(fixed, c -> c.epochFirst = false));
    m.put("READ the same, without the alarm", with(fixed, c -> { c.epochFirst = false; c.strictFrom = false; }));
    m.put("READ a fenced owner stops for good", with(fixed, c -> c.ownerStops = true));
    m.put("READ RouteLead not passed on", with(fixed, c -> { c.passOn = false; c.mayBePicky = false; }));
    m.put("READ woken waiters are woken again until tried", with(fixed, c -> c.markAtWake = false));
    m.put("READ arrivals overtake waiters", with(fixed, c -> c.noOvertake = false));
    m.put("BUG an arrival behind waiters counts as tried", with(fixed, c -> c.untriedSeesNow = true));
    m.put("READ passed on as long as capacity is free, no generation", with(fixed, c -> c.wakeGen = false));
    m.put("READ RouteLead id = lead + version", with(fixed, c -> c.routeIdCause = false));
    m.put("READ REPEATABLE READ", with(fixed, c -> c.rr = true));
    m.put("READ timer id without generation", with(fixed, c -> c.timerIdGen = false));
    m.put("READ watchdog marks by row, not by generation", with(fixed, c -> c.markByGen = false));
    m.put("READ RouteLead keeps the revision", with(fixed, c -> c.routeOpensRevision = false));
    m.put("READ offset and stored batch read, epoch not checked again", with(fixed, c -> c.resumeEpochCheck = false));
    m.put("ENV committed offset lost; redo whenever c < stored.b", with(fixed, c -> { c.offLoss = 1; c.strictFrom = false; }));
    m.put("ENV committed offset lost; text", with(text, c -> { c.offLoss = 1; c.passOn = true; }));
    m.put("ENV committed offset lost; redo only if c == stored.from", with(fixed, c -> c.offLoss = 1));
    for (var e : m.entrySet()) if (e.getKey().contains(only)) random(e.getKey(), e.getValue(), e.getKey().startsWith("fixed") ? seeds * 10 : seeds, verbose);
    if (max > 0) { Consumer<Cfg> tiny = c -> { c.leads = new int[]{0}; c.parts = 1; c.bads = c.dups = c.acts = c.rebalances = c.crashes = c.lost = c.timeouts = c.flips = c.wdCrashes = c.pgFaults = c.timers = 0; c.maxGen = 1; c.maxBatch = 2; };
      LinkedHashMap<String, Consumer<Cfg>> sc = new LinkedHashMap<>();
      sc.put("lead, end, repeat; 1 rebalance", c -> { tiny.accept(c); c.acts = c.dups = c.rebalances = 1; });
      sc.put("lead, bad; 1 rebalance, 1 crash", c -> { tiny.accept(c); c.bads = c.rebalances = c.crashes = 1; });
      sc.put("lead, bad; 1 crash, 1 lost, 1 timeout", c -> { tiny.accept(c); c.bads = c.lost = c.timeouts = c.crashes = 1; });
      sc.put("lead, repeat; 1 rebalance, 1 lost", c -> { tiny.accept(c); c.dups = c.lost = c.rebalances = 1; });
      sc.put("lead, end, timer; 1 crash, 1 watchdog crash", c -> { tiny.accept(c); c.acts = c.crashes = c.wdCrashes = 1; c.timers = 2; c.maxGen = 2; });
      sc.put("2 partitions, 3 leads, 2 ends; no fault", c -> { tiny.accept(c); c.parts = 2; c.leads = new int[]{0, 0, 1}; c.acts = 2; });
      for (String k : new String[]{"fixed design", "TEXT, epoch FOR UPDATE, reinit, wake-ups passed on", "READ RouteLead not passed on"}) if (k.contains(only)) for (var e : sc.entrySet()) bfs("  every interleaving of " + e.getKey() + ": " + k, with(m.get(k), e.getValue()), max); }
  }
}
