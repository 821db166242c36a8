package dev.quarry.conform;
import java.nio.file.*;
import java.util.*;
public final class Try {
  public static void main(String[] a) throws Exception {
    long seed = Long.parseLong(a[0]); int n = Integer.parseInt(a[1]); int len = Integer.parseInt(a[2]);
    Path k = Files.createTempFile("cfk", ""); Path q = Files.createTempFile(Path.of("/dev/shm"),"cfq", "");
    long min = Long.parseLong(Files.readAllLines(Path.of("/proc/sys/vm/mmap_min_addr")).getFirst().strip());
    try (KernelSide ks = new KernelSide(k, min); QuarrySide qs = new QuarrySide(q, min, dev.quarry.virtual.space.SpaceSettings.Overcommit.GUESS)) {
      Comparison c = new Comparison(ks, qs);
      long t = System.nanoTime();
      Map<String,Integer> kinds = new TreeMap<>();
      int shown = 0;
      for (int i = 0; i < n; i++) {
        Sequence s = Draw.sequence(seed, i, len).possible(); s = new Sequence(ks.possible(s.settings()), s.operations());
        Difference d = c.play(s);
        if (d == null) continue;
        Sequence cut = s.with(s.operations().subList(0, Math.min(s.operations().size(), d.operation() + 1)));
        Sequence small = shrink(c, cut, d);
        Difference e = c.play(small);
        String key = d.what() + " " + small.operations().getLast().call();
        if (kinds.merge(key, 1, Integer::sum) == 1 && shown++ < 12) {
          System.out.println("== seq " + i + " op " + d.operation() + " " + key + " " + small.settings());
          for (Op o : small.operations()) System.out.println("  " + o);
          System.out.println(e == null ? "NOT AGAIN " + d : e.what() + "\nkernel:\n" + e.kernel() + "\nquarry:\n" + e.quarry());
        }
      }
      System.out.println(kinds + " " + (System.nanoTime() - t) / 1000000 + " ms for " + n * len);
    } finally { Files.delete(k); Files.delete(q); }
  }
  static Sequence shrink(Comparison c, Sequence s, Difference d) {
    boolean again = true; int tries = 0;
    Sequence plain = new Sequence(c.possible(s.settings().withoutLimits()), s.operations());
    Difference p = c.play(plain); if (p != null && p.what() == d.what()) s = plain;
    while (again) { again = false;
      for (int chunk = Math.max(1, s.operations().size() / 2); chunk > 0; chunk /= 2) {
        for (int from = 0; from < s.operations().size() && tries++ < 600;) {
          List<Op> f = new ArrayList<>(s.operations().subList(0, from));
          f.addAll(s.operations().subList(Math.min(s.operations().size(), from + chunk), s.operations().size()));
          Sequence x = s.with(f).possible(); 
          Difference g = x.operations().isEmpty() ? null : c.play(x);
          if (g != null && g.what() == d.what() && x.operations().size() < s.operations().size()) { s = x.with(x.operations().subList(0, Math.min(x.operations().size(), g.operation()+1))); again = true; } else from += chunk;
        } } }
    return s;
  }
}
