package dev.quarry.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Presets;
import dev.quarry.physical.Gfp;
import dev.quarry.slab.ArrayView;
import dev.quarry.slab.CacheException;
import dev.quarry.slab.CacheSpec;
import dev.quarry.slab.CacheStatistics;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.slab.SlabFlags;
import dev.quarry.slab.Tunables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What slabinfo says is so, read as slabtop reads it; and writing limits to it. */
class SlabInfoTest {
  private static final int STEPS = 3_000;

  /** A line as procps reads it: {@code parse_slabinfo20} in its slabinfo.c. */
  private static final Pattern LINE =
      Pattern.compile(
          "(\\S{1,127}) +(\\d+) +(\\d+) +(\\d+) +(\\d+) +(\\d+)"
              + " : tunables +(\\d+) +(\\d+) +(\\d+)"
              + " : slabdata +(\\d+) +(\\d+) +(\\d+)");

  private static Map<String, CacheStatistics> parse(String text) {
    List<String> lines = text.lines().toList();
    assertThat(lines.getFirst()).isEqualTo("slabinfo - version: 2.1");
    assertThat(lines.get(1))
        .startsWith("# name            <active_objs> ")
        .endsWith(" <num_slabs> <sharedavail>");
    Map<String, CacheStatistics> caches = new TreeMap<>();
    for (String line : lines.subList(2, lines.size())) {
      Matcher of = LINE.matcher(line);
      assertThat(of.matches()).as(line).isTrue();
      long[] n = new long[12];
      for (int i = 2; i <= n.length; i++) {
        n[i - 1] = Long.parseLong(of.group(i));
      }
      Tunables tunables = new Tunables((int) n[6], (int) n[7], (int) n[8]);
      CacheStatistics before =
          caches.put(
              of.group(1),
              new CacheStatistics(
                  n[1], n[2], (int) n[3], (int) n[4], (int) n[5], tunables, n[9], n[10], n[11]));
      assertThat(before).as(line).isNull();
    }
    return caches;
  }

  private static Machine boot(String... settings) {
    return Machine.boot(MachineSpecReader.with(Presets.get("course"), List.of(settings)));
  }

  private static ProcFs files(Machine machine) {
    return new ProcFs(machine.memory(), machine.kernelSpaceOrNull(), machine.slabOrNull());
  }

  private static String read(Machine machine, String path) {
    return files(machine).read(path).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"owned", "textbook"})
  void saysWhatIsSoAfterRandomWork(String manner) {
    try (Machine machine = boot("slab=" + manner, "cpus=2", "ram=128M")) {
      SlabAllocator slab = machine.slab();
      Cpu cpu = machine.cpu(0);
      CacheSpec reclaimable = CacheSpec.of("dentry", 192).with(SlabFlags.RECLAIM_ACCOUNT);
      List<KmemCache> own =
          List.of(
              slab.createCache(cpu, reclaimable),
              slab.createCache(cpu, CacheSpec.of("task_struct", 1_700)));
      Random random = new Random(7);
      List<Long> held = new ArrayList<>();
      for (int step = 0; step < STEPS; step++) {
        Cpu on = machine.cpu(random.nextInt(2));
        if (random.nextInt(5) < 2 && !held.isEmpty()) {
          long object = held.remove(random.nextInt(held.size()));
          assertThat(slab.kfree(on, object)).isTrue();
        } else if (random.nextInt(3) == 0) {
          held.add(
              slab.kmalloc(on, 1 + random.nextInt(1 << random.nextInt(1, 17)), Gfp.GFP_KERNEL));
        } else {
          held.add(own.get(random.nextInt(own.size())).alloc(on, Gfp.GFP_KERNEL));
        }
      }
      assertThat(held).doesNotContain(KmemCache.NULL);
      equalsTheStatistics(machine);
      equalsMeminfo(machine);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  private static void equalsTheStatistics(Machine machine) {
    Map<String, CacheStatistics> expected = new TreeMap<>();
    for (KmemCache cache : machine.slab().caches()) {
      CacheStatistics of = cache.statistics();
      expected.put(cache.name(), of);
      assertThat(of.objects()).isEqualTo(of.slabs() * of.objectsPerSlab());
      assertThat((long) cache.slabs().size()).as(cache.name()).isEqualTo(of.slabs());
    }
    assertThat(parse(read(machine, "/proc/slabinfo"))).isEqualTo(expected);
  }

  /** Pages of slabs are the kernel's Slab lines, those of reclaimable caches SReclaimable. */
  private static void equalsMeminfo(Machine machine) {
    long all = 0;
    long reclaimable = 0;
    for (KmemCache cache : machine.slab().caches()) {
      CacheStatistics of = cache.statistics();
      long pages = of.slabs() * of.pagesPerSlab();
      all += pages;
      boolean counts = (cache.spec().flags() & SlabFlags.RECLAIM_ACCOUNT) != 0;
      reclaimable += counts ? pages : 0;
    }
    assertThat(reclaimable).isPositive();
    for (String path : List.of("/proc/meminfo", "/sys/devices/system/node/node0/meminfo")) {
      String prefix = path.startsWith("/sys") ? "Node 0 " : "";
      assertThat(ProcText.numbers(read(machine, path), prefix))
          .as(path)
          .containsEntry("Slab", all * 4)
          .containsEntry("SReclaimable", reclaimable * 4)
          .containsEntry("SUnreclaim", (all - reclaimable) * 4);
    }
    assertThat(ProcText.numbers(read(machine, "/proc/vmstat")))
        .containsEntry("nr_slab_reclaimable", reclaimable)
        .containsEntry("nr_slab_unreclaimable", all - reclaimable);
  }

  @Test
  void aMachineWithoutCachesHasTheHeaderAlone() {
    try (Machine machine = boot()) {
      assertThat(parse(read(machine, "/proc/slabinfo"))).isEmpty();
      assertThatThrownBy(() -> files(machine).write("/proc/slabinfo", "kmalloc-64 8 4 1"))
          .hasMessageContaining("no caches yet");
    }
  }

  /** The kernel puts a new cache at the head of its list. */
  @Test
  void theYoungestIsFirst() {
    try (Machine machine = boot()) {
      machine.slab().createCache(machine.cpu(0), CacheSpec.of("young", 64));
      List<String> lines = read(machine, "/proc/slabinfo").lines().toList();
      assertThat(lines.get(2)).startsWith("young  ");
      assertThat(lines.getLast()).startsWith("kmem_cache  ");
    }
  }

  @Test
  void writtenLimitsAreInForce() {
    try (Machine machine = boot("slab=textbook")) {
      SlabAllocator slab = machine.slab();
      Cpu cpu = machine.cpu(0);
      KmemCache cache = slab.createCache(cpu, CacheSpec.of("tuned", 100));
      files(machine).write("/proc/slabinfo", "tuned 10 4 2\n");
      assertThat(parse(read(machine, "/proc/slabinfo")).get("tuned").tunables())
          .isEqualTo(new Tunables(10, 4, 2));
      List<Long> held = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        held.add(cache.alloc(cpu, Gfp.GFP_KERNEL));
        assertThat(atHand(cache, "CPU 0").objects()).hasSizeLessThan(4);
      }
      int most = 0;
      for (long object : held) {
        cache.free(cpu, object);
        most = Math.max(most, atHand(cache, "CPU 0").objects().size());
      }
      assertThat(most).as("limit").isEqualTo(10);
      assertThat(atHand(cache, "shared node 0").objects()).as("shared").hasSize(2 * 4);
      assertThat(cache.statistics().sharedAvailable()).isEqualTo(8);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  private static ArrayView atHand(KmemCache cache, String name) {
    return cache.arrayViews().stream().filter(a -> a.name().equals(name)).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "kmalloc-64",
        "kmalloc-64 1 2",
        "kmalloc-64 8 4 1 1",
        "kmalloc-65 8 4 1",
        "kmalloc-64 8 9 1",
        "kmalloc-64 0 0 0",
        "kmalloc-64 8 4 -1",
        "kmalloc-64 8 x 1",
        "kmalloc-64 8 4 99999999999"
      })
  void whatIsNoCacheAndThreeNumbersIsRefused(String text) {
    try (Machine machine = boot()) {
      machine.slab();
      String before = read(machine, "/proc/slabinfo");
      ProcFs files = files(machine);
      assertThatThrownBy(() -> files.write("/proc/slabinfo", text))
          .isInstanceOf(CacheException.class);
      assertThatThrownBy(() -> files.write("/proc/meminfo", "kmalloc-64 8 4 1"))
          .hasMessageContaining("cannot be written");
      assertThat(read(machine, "/proc/slabinfo")).isEqualTo(before);
    }
  }
}
