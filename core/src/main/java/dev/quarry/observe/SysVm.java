package dev.quarry.observe;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.Sysctls;
import dev.quarry.machine.ZoneSpec;
import dev.quarry.physical.DirtySettings;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.VmSysctl;
import dev.quarry.reclaim.Reclaim;
import dev.quarry.reclaim.ReclaimSettings;
import dev.quarry.reclaim.compact.Compaction;
import dev.quarry.reclaim.compact.CompactionSettings;
import dev.quarry.reclaim.oom.OomSettings;
import dev.quarry.virtual.space.SpaceSettings;
import dev.quarry.virtual.space.SpaceSettings.Overcommit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The files of {@code /proc/sys/vm}, a line each as in a {@code struct ctl_table}: {@code
 * page_alloc_sysctl_table} (mm/page_alloc.c), {@code vm_page_writeback_sysctls}
 * (mm/page-writeback.c), {@code vmscan_sysctl_table} (mm/vmscan.c), {@code vm_compaction}
 * (mm/compaction.c), {@code vm_oom_kill_table} (mm/oom_kill.c), {@code overcommit_sysctl_table}
 * (mm/util.c), {@code vm_table} (kernel/sysctl.c, 6.18). Numbers are printed and taken as {@code
 * proc_doulongvec_minmax} does.
 *
 * <p>{@code min_free_kbytes} is the value in force: set, or by the kernel's formula, or raised by
 * khugepaged. {@code drop_caches} and {@code compact_memory} can only be written.
 */
final class SysVm {
  private static final String FOLDER = "/proc/sys/vm/";
  private static final int INT_MIN = Integer.MIN_VALUE;
  private static final int INT_MAX = Integer.MAX_VALUE;
  private static final long LONG_MAX = Long.MAX_VALUE;
  private static final int MOST_SCALE = 3_000;
  private static final int MOST_DROPPED = 4;

  private static final Map<String, Function<ProcSources, String>> TEXTS = new LinkedHashMap<>();
  private static final Map<String, BiConsumer<ProcSources, String>> WRITERS = new LinkedHashMap<>();

  static {
    pageAllocator();
    DirtySettings.NAMES.forEach(SysVm::dirty);
    text("lowmem_reserve_ratio", SysVm::lowmemReserveRatio);
    reclaim();
    compaction();
    oomKiller();
    addressSpaces();
  }

  private SysVm() {}

  /** What can be read, by path. */
  static Map<String, Function<ProcSources, String>> texts() {
    return TEXTS;
  }

  /** What can be written, by path; {@link IllegalArgumentException}: it takes no such text. */
  static Map<String, BiConsumer<ProcSources, String>> writers() {
    return WRITERS;
  }

  private static void pageAllocator() {
    text("min_free_kbytes", s -> line(s.memory().minFreeKbytes()));
    write("min_free_kbytes", 0, INT_MAX, (s, v) -> marks(s.memory(), v, s.memory().scaleFactor()));
    text("watermark_boost_factor", s -> line(s.memory().fragmentation().boostFactor()));
    write(
        "watermark_boost_factor",
        0,
        INT_MAX,
        (s, v) -> s.memory().fragmentation().boostFactor((int) v));
    text("defrag_mode", s -> line(s.memory().fragmentation().defragMode() ? 1 : 0));
    write("defrag_mode", 0, 1, (s, v) -> s.memory().fragmentation().defragMode(v == 1));
    text("watermark_scale_factor", s -> line(s.memory().scaleFactor()));
    write(
        "watermark_scale_factor",
        1,
        MOST_SCALE,
        (s, v) -> marks(s.memory(), s.memory().minFreeKbytes(), (int) v));
    text("percpu_pagelist_high_fraction", s -> line(sysctls(s).percpuPagelistHighFraction()));
  }

  private static void dirty(String name) {
    text(name, s -> line(s.memory().dirtySettings().get(name)));
    write(
        name,
        Long.MIN_VALUE,
        LONG_MAX,
        (s, v) -> s.memory().dirtySettings().set(name, v, s.memory().spec().pageSize()));
  }

  private static void reclaim() {
    var of = Keeper.ofReclaim(Reclaim::settings, new ReclaimSettings());
    of.number("swappiness", ReclaimSettings::swappiness, (s, v) -> s.swappiness((int) v));
    of.number("page-cluster", ReclaimSettings::pageCluster, (s, v) -> s.pageCluster((int) v));
    does("drop_caches", MOST_DROPPED, (reclaim, v) -> cpu -> reclaim.dropCaches(cpu, v));
  }

  private static void compaction() {
    does("compact_memory", 1, (reclaim, v) -> reclaim.compaction()::compactMemory);
    var of = Keeper.ofReclaim(r -> r.compaction().settings(), new CompactionSettings());
    of.text("compaction_proactiveness", CompactionSettings::proactiveness);
    write(
        "compaction_proactiveness",
        INT_MIN,
        INT_MAX,
        (s, v) -> {
          Compaction compaction =
              running(s.reclaim(), FOLDER + "compaction_proactiveness").compaction();
          compaction.settings().proactiveness((int) v);
          s.memory().onFreeCpu(compaction::proactive);
        });
    of.number(
        "extfrag_threshold",
        CompactionSettings::extfragThreshold,
        (s, v) -> s.extfragThreshold((int) v));
    of.number(
        "compact_unevictable_allowed",
        s -> s.unevictableAllowed() ? 1 : 0,
        (s, v) -> s.unevictableAllowed((int) v));
  }

  private static void oomKiller() {
    var of = Keeper.ofReclaim(r -> r.oom().settings(), new OomSettings());
    of.number("panic_on_oom", OomSettings::panicOnOom, (s, v) -> s.panicOnOom((int) v));
    of.number(
        "oom_kill_allocating_task",
        s -> s.killsAllocatingTask() ? 1 : 0,
        (s, v) -> s.killsAllocatingTask(v != 0));
    of.number("oom_dump_tasks", s -> s.dumpsTasks() ? 1 : 0, (s, v) -> s.dumpsTasks(v != 0));
  }

  private static void addressSpaces() {
    var of =
        new Keeper<>(s -> s.spaces() == null ? null : s.spaces().settings(), new SpaceSettings());
    of.number(
        "overcommit_memory",
        s -> s.overcommit().ordinal(),
        0,
        2,
        (s, v) -> s.overcommit(Overcommit.values()[(int) v]));
    of.number(
        "overcommit_ratio",
        SpaceSettings::overcommitRatio,
        0,
        INT_MAX,
        (s, v) -> s.overcommitRatio((int) v));
    of.number(
        "overcommit_kbytes",
        SpaceSettings::overcommitKbytes,
        0,
        LONG_MAX,
        SpaceSettings::overcommitKbytes);
    of.number(
        "max_map_count", SpaceSettings::maxMapCount, 0, INT_MAX, (s, v) -> s.maxMapCount((int) v));
    of.number("mmap_min_addr", SpaceSettings::mmapMinAddr, 0, LONG_MAX, SpaceSettings::mmapMinAddr);
    of.number(
        "legacy_va_layout", s -> s.legacyLayout() ? 1 : 0, 0, 1, (s, v) -> s.legacyLayout(v == 1));
    of.number(
        "user_reserve_kbytes",
        SpaceSettings::userReserveKbytes,
        0,
        LONG_MAX,
        SpaceSettings::userReserveKbytes);
    of.number(
        "admin_reserve_kbytes",
        SpaceSettings::adminReserveKbytes,
        0,
        LONG_MAX,
        SpaceSettings::adminReserveKbytes);
  }

  /** Settings that only a machine with processes keeps; until then they are as they begin. */
  private record Keeper<T>(Function<ProcSources, @Nullable T> now, T begins) {
    static <T> Keeper<T> ofReclaim(Function<Reclaim, T> settings, T begins) {
      return new Keeper<>(s -> s.reclaim() == null ? null : settings.apply(s.reclaim()), begins);
    }

    void text(String name, ToLongFunction<T> get) {
      SysVm.text(
          name, s -> line(get.applyAsLong(Objects.requireNonNullElse(now.apply(s), begins))));
    }

    /** A number whose bounds the setter knows. */
    void number(String name, ToLongFunction<T> get, ObjLongConsumer<T> set) {
      number(name, get, INT_MIN, INT_MAX, set);
    }

    void number(String name, ToLongFunction<T> get, long least, long most, ObjLongConsumer<T> set) {
      text(name, get);
      write(name, least, most, (s, v) -> set.accept(running(now.apply(s), FOLDER + name), v));
    }
  }

  private static void text(String name, Function<ProcSources, String> text) {
    TEXTS.put(FOLDER + name, text);
  }

  private static void write(String name, long least, long most, ObjLongConsumer<ProcSources> set) {
    WRITERS.put(FOLDER + name, (s, text) -> set.accept(s, number(name, text, least, most)));
  }

  /** A file that makes something happen, on the first CPU that no other thread holds. */
  private static void does(
      String name, int most, BiFunction<Reclaim, Integer, Consumer<Cpu>> work) {
    write(
        name,
        1,
        most,
        (s, v) -> s.memory().onFreeCpu(work.apply(running(s.reclaim(), FOLDER + name), (int) v)));
  }

  /**
   * What a machine has as soon as it has processes.
   *
   * @throws IllegalArgumentException if it has none
   */
  static <T> T running(@Nullable T part, String path) {
    if (part == null) {
      throw new IllegalArgumentException(path + ": the machine has no processes yet");
    }
    return part;
  }

  /**
   * A text that is to be a number: {@code proc_doulongvec_minmax} (kernel/sysctl.c, 6.18).
   *
   * @throws IllegalArgumentException if it is none, or out of bounds
   */
  static long number(String name, String text, long least, long most) {
    long value;
    try {
      value = Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " is a number, not \"" + text + "\"", e);
    }
    if (value < least || value > most) {
      String range = least == most ? String.valueOf(most) : least + " to " + most;
      throw new IllegalArgumentException(name + " " + value + " is not " + range);
    }
    return value;
  }

  private static void marks(PhysicalMemory memory, long kbytes, int scaleFactor) {
    new VmSysctl(memory).marks(kbytes, scaleFactor);
  }

  private static Sysctls sysctls(ProcSources sources) {
    return sources.memory().spec().sysctls();
  }

  private static String line(long value) {
    return value + "\n";
  }

  /** One number for each zone type that was built. */
  private static String lowmemReserveRatio(ProcSources sources) {
    List<String> ratios = new ArrayList<>();
    for (ZoneSpec zone : sources.memory().spec().zones()) {
      ratios.add("" + sysctls(sources).lowmemReserveRatio().getOrDefault(zone.type(), 0));
    }
    return String.join("\t", ratios) + "\n";
  }
}
