package dev.quarry.cli.commands;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.cli.lang.Interpreter;
import dev.quarry.cli.lang.Session;
import dev.quarry.kernel.Machine;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabView;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The course's four figures of SLAB, in text: small ones exactly, random ones by what they count.
 */
class SlabDrawingsTest {
  private static final String FIVE =
      """
      boot course cpus=2
      c = kmem_cache_create name=five size=768
      for i in 0..6 { o[$i] = kmem_cache_alloc c }
      kmem_cache_free c o[1]
      kmem_cache_free c o[3]
      kmem_cache_free c o[5] cpu=1
      """;

  /** A session in which a script has run. */
  private static final class Ran implements AutoCloseable {
    final StringWriter out = new StringWriter();
    final Session session = AllCommands.session(new PrintWriter(out, true));
    final Interpreter interpreter = new Interpreter(AllCommands.registry(), session);

    Ran(String script) {
      interpreter.run(script, 1);
    }

    String drawn(String command) {
      out.getBuffer().setLength(0);
      interpreter.run(command, 1);
      return out.toString();
    }

    @Override
    public void close() {
      session.close();
    }
  }

  @Test
  void overview() {
    try (Ran ran = new Ran(FIVE)) {
      assertThat(ran.drawn("draw cache c"))
          .isEqualTo(
              """
              kmem_cache five: 4 of 10 objects in use, 2 slabs
              │ objects of 768 bytes, 768 apart, aligned to 8; 5 in a slab of 1 page (order 0)
              │ slab descriptor and chain: 160 bytes, on the slab; left over: 96 bytes, 2 colours
              ├─ node 0 ─┬─ full     none
              │          ├─ partial  none
              │          └─ free     none
              └─ CPU 0 ──┬─ current  0▐r█···▌
                         ├─ full     none
                         ├─ partial  1▐█·█·█▌
                         └─ free     none
              █ in use, · free, a free and in an array, r freed by a CPU that is not the owner, ▒ several
              """);
    }
  }

  @Test
  void aSlabWithItsChains() {
    try (Ran ran = new Ran(FIVE)) {
      assertThat(ran.drawn("draw slab c 1"))
          .isEqualTo(
              """
              slab 1 of five: 3 of 5 objects in use; partial, node 0, owner CPU 0
              1 page at 0xffff888001004000; slab descriptor on the slab, at 0xffff888001004000
                     0 ┌──────────────────────┐
                       │ slab descriptor      │ 144 bytes
                   144 ├──────────────────────┤
                       │ object descriptors   │ 5 of 2 bytes: 10
                   160 ├──────────────────────┤
                       │ object 0             │ █ in use, 768 bytes
                   928 ├──────────────────────┤
                       │ object 1             │ · free, 768 bytes
                  1696 ├──────────────────────┤
                       │ object 2             │ █ in use, 768 bytes
                  2464 ├──────────────────────┤
                       │ object 3             │ · free, 768 bytes
                  3232 ├──────────────────────┤
                       │ object 4             │ █ in use, 768 bytes
                  4000 ├──────────────────────┤
                       │ left over            │ 96 bytes
                  4096 └──────────────────────┘
              object descriptors: █ in use, a in an array, else the next free object
                object    0    1    2    3    4
                  next    █  END    █    1    █
              free: 3 → 1 → END
              """);
      assertThat(ran.drawn("draw slab c 0"))
          .endsWith("free: 2 → 3 → 4 → END\nfreed by other CPUs: 0 → END\n");
    }
  }

  @Test
  void coloursOverSuccessiveSlabs() {
    try (Ran ran = new Ran(FIVE + "x = kmem_cache_alloc_bulk c 10\n")) {
      assertThat(ran.drawn("draw colours c"))
          .isEqualTo(
              """
              colours of five: 96 bytes left over, 64 bytes a step: offsets 0 to 64
                slab 2    first object at +160    D██████ … ██████·
                slab 1    first object at +224    ░D██████ … ██████
                slab 0    first object at +160    D██████ … ██████·
              ░ colour, · left over, 1 step a mark, D slab descriptor, █ objects
              """);
    }
  }

  @Test
  void arraysInDetail() {
    String script =
        """
        boot course cpus=2 slab=textbook
        c = kmem_cache_create name=five size=768
        kmem_cache_tune c 4 3 1
        for i in 0..5 { o[$i] = kmem_cache_alloc c }
        for i in 0..4 { kmem_cache_free c o[$i] }
        """;
    try (Ran ran = new Ran(script)) {
      assertThat(ran.drawn("draw cache c detail").lines())
          .contains(
              "│ limit       4       batchcount 3  shared 1",
              "├─ array CPU 0                4 of 4   ▐aaaa▌  next 0xffff8880010049a0",
              "├─ array CPU 1                0 of 4   ▐····▌",
              "├─ array shared node 0        3 of 3   ▐aaa▌  next 0xffff8880010046a0");
    }
  }

  /** Whatever caches look like: pictures fit, and what they show adds up to what there is. */
  @ParameterizedTest
  @ValueSource(strings = {"owned", "textbook", "owned slab_debug=FZPU"})
  void randomCaches(String manner) {
    long seed = 20_260_801;
    Random random = new Random(seed);
    for (int round = 0; round < 12; round++) {
      int size = 8 + random.nextInt(1 << random.nextInt(1, 17));
      String script = randomWork(random, manner, size);
      try (Ran ran = new Ran(script)) {
        String where = "seed " + seed + ":\n" + script;
        Machine machine = Booted.machine(ran.session);
        KmemCache cache = machine.slab().cache("some").orElseThrow();
        fits(where, ran.drawn("draw cache some"));
        fits(where, ran.drawn("draw cache some detail"));
        fits(where, ran.drawn("draw colours some"));
        List<SlabView> slabs = cache.slabs();
        for (int i = 0; i < Math.min(4, slabs.size()); i++) {
          String picture = ran.drawn("draw slab some " + i);
          fits(where, picture);
          addsUp(
              where, picture, slabs.get(i), machine.spec().pageSize() << cache.geometry().order());
        }
        assertThat(machine.invariants()).as(where).isEmpty();
      }
    }
  }

  private static String randomWork(Random random, String manner, int size) {
    StringBuilder script = new StringBuilder();
    script.append("boot server ram=256M slab=").append(manner).append('\n');
    script.append("kmem_cache_create name=some size=").append(size).append('\n');
    List<Integer> held = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      int cpu = random.nextInt(8);
      script.append("o[" + i + "] = kmem_cache_alloc some cpu=" + cpu + "\n");
      held.add(i);
      if (random.nextBoolean()) {
        int freed = held.remove(random.nextInt(held.size()));
        script.append("kmem_cache_free some o[" + freed + "] cpu=" + random.nextInt(8) + "\n");
      }
    }
    return script.toString();
  }

  private static void fits(String where, String picture) {
    assertThat(picture.lines())
        .as(where)
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(101).isEqualTo(line.stripTrailing()));
  }

  private static void addsUp(String where, String picture, SlabView slab, long bytes) {
    long inUse =
        picture
            .lines()
            .filter(l -> l.startsWith("    next"))
            .flatMapToInt(String::chars)
            .filter(c -> c == '█')
            .count();
    assertThat(inUse).as(where + picture).isEqualTo(slab.inUse());
    List<Long> edges =
        Pattern.compile("(?m)^ *(\\d+) [┌├└]")
            .matcher(picture)
            .results()
            .map((MatchResult edge) -> Long.parseLong(edge.group(1)))
            .toList();
    assertThat(edges).as(where + picture).startsWith(0L).endsWith(bytes).isSorted();
    assertThat(picture.lines().filter(line -> line.startsWith("free: ")))
        .as(where)
        .singleElement()
        .satisfies(chain -> assertThat(chain).endsWith("END"));
  }
}
