package dev.quarry.observe;

import dev.quarry.machine.Sizes;
import dev.quarry.machine.stall.Resource;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.reclaim.Reclaim;
import dev.quarry.reclaim.group.GroupEvent;
import dev.quarry.reclaim.group.GroupStat;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.oom.OomTask;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files of groups of processes below {@code /sys/fs/cgroup}: {@code memory_files}, {@code
 * swap_files} (mm/memcontrol.c), {@code cgroup.procs} (kernel/cgroup/cgroup.c, 6.18). Sizes are
 * bytes, whole pages; {@code max} is no limit. The root has {@code cgroup.procs}, {@code
 * memory.stat}, {@code memory.reclaim} and its pressure only.
 */
final class GroupFiles {
  private static final Pattern PATH = Pattern.compile("/sys/fs/cgroup(/.+)?/([a-z.]+)");
  private static final Pattern AMOUNT = Pattern.compile("(\\S+)(?:\\s+swappiness=(\\d+))?");
  private static final String PROCS = "cgroup.procs";
  private static final String STAT = "memory.stat";
  private static final String MIN = "memory.min";
  private static final String LOW = "memory.low";
  private static final String HIGH = "memory.high";
  private static final String MAX = "memory.max";
  private static final String SWAP_HIGH = "memory.swap.high";
  private static final String SWAP_MAX = "memory.swap.max";
  private static final String TOGETHER = "memory.oom.group";
  private static final String RECLAIM = "memory.reclaim";
  private static final List<String> WRITABLE =
      List.of(PROCS, MIN, LOW, HIGH, MAX, SWAP_HIGH, SWAP_MAX, TOGETHER, RECLAIM);
  private static final String NO_LIMIT = "max";
  private static final int MOST_SWAPPINESS = 200;

  private final PhysicalMemory memory;
  private final Reclaim reclaim;
  private final int shift;

  GroupFiles(PhysicalMemory memory, Reclaim reclaim) {
    this.memory = memory;
    this.reclaim = reclaim;
    this.shift = memory.spec().pageShift();
  }

  /** Whether a path is that of a file that may be written, if the group is there. */
  static boolean isWritable(String path) {
    Matcher matcher = PATH.matcher(path);
    return matcher.matches() && WRITABLE.contains(matcher.group(2));
  }

  /** A file's text, if there is such a group. */
  Optional<String> read(String path) {
    Matcher matcher = PATH.matcher(path);
    MemoryGroup group = matcher.matches() ? find(matcher.group(1)) : null;
    if (group == null) {
      return Optional.empty();
    }
    return switch (matcher.group(2)) {
      case PROCS -> Optional.of(processes(group));
      case STAT -> Optional.of(GroupStat.text(memory, reclaim.groups(), group));
      case "memory.pressure" -> Optional.of(group.pressure().text(Resource.MEMORY));
      case "io.pressure" -> Optional.of(group.pressure().text(Resource.IO));
      default -> group.isRoot() ? Optional.empty() : limited(group, matcher.group(2));
    };
  }

  private @Nullable MemoryGroup find(@Nullable String path) {
    return reclaim.groups().find(path == null ? "" : path);
  }

  private Optional<String> limited(MemoryGroup group, String name) {
    return switch (name) {
      case "memory.current" -> line(group.usage() << shift);
      case "memory.peak" -> line(group.peak() << shift);
      case MIN -> size(group.memory().min());
      case LOW -> size(group.memory().low());
      case HIGH -> size(group.high());
      case MAX -> size(group.max());
      case TOGETHER -> line(group.killsAll() ? 1 : 0);
      case "memory.events" -> events(GroupEvent.OF_MEMORY, group::events);
      case "memory.events.local" -> events(GroupEvent.OF_MEMORY, group::ownEvents);
      case "memory.swap.current" -> line(group.swap().usage() << shift);
      case "memory.swap.peak" -> line(group.swap().peak() << shift);
      case SWAP_HIGH -> size(group.swap().high());
      case SWAP_MAX -> size(group.swap().max());
      case "memory.swap.events" -> events(GroupEvent.OF_SWAP, group::events);
      default -> Optional.empty();
    };
  }

  private static Optional<String> line(long value) {
    return Optional.of(value + "\n");
  }

  private Optional<String> size(long pages) {
    return pages == MemoryGroup.NO_LIMIT ? Optional.of(NO_LIMIT + "\n") : line(pages << shift);
  }

  private static Optional<String> events(List<GroupEvent> all, ToLongFunction<GroupEvent> counts) {
    StringBuilder out = new StringBuilder();
    for (GroupEvent event : all) {
      out.append(event.label()).append(' ').append(counts.applyAsLong(event)).append('\n');
    }
    return Optional.of(out.toString());
  }

  private String processes(MemoryGroup group) {
    StringBuilder out = new StringBuilder();
    for (OomTask task : reclaim.oom().tasks()) {
      if (task.mm().task().group() == group.id()) {
        out.append(task.pid()).append('\n');
      }
    }
    return out.toString();
  }

  /**
   * Writes a file.
   *
   * @throws IllegalArgumentException if there is no such group, or the file takes no such text
   */
  void write(String path, String text) {
    Matcher matcher = PATH.matcher(path);
    MemoryGroup group = matcher.matches() ? find(matcher.group(1)) : null;
    if (group == null) {
      throw new IllegalArgumentException(path + ": there is no such group; mkdir makes one");
    }
    switch (matcher.group(2)) {
      case PROCS -> move(path, SysVm.number(path, text, 0, Integer.MAX_VALUE), group);
      case RECLAIM -> reclaim(path, text.strip(), group);
      default -> limit(path, matcher.group(2), text, group);
    }
  }

  private void limit(String path, String name, String text, MemoryGroup group) {
    if (group.isRoot()) {
      throw new IllegalArgumentException(path + ": the root has no limits");
    }
    if (name.equals(TOGETHER)) {
      group.killsAll(SysVm.number(path, text, 0, 1) == 1);
      return;
    }
    long pages = pages(path, text.strip());
    switch (name) {
      case MIN -> group.memory().min(pages);
      case LOW -> group.memory().low(pages);
      case SWAP_HIGH -> group.swap().high(pages);
      case SWAP_MAX -> group.swap().max(pages);
      case HIGH -> {
        group.high(pages);
        memory.onFreeCpu(cpu -> reclaim.highChanged(cpu, group));
      }
      default -> {
        group.max(pages);
        memory.onFreeCpu(cpu -> reclaim.maxChanged(cpu, group));
      }
    }
  }

  private long pages(String path, String text) {
    if (text.equals(NO_LIMIT)) {
      return MemoryGroup.NO_LIMIT;
    }
    long bytes = Sizes.parse(text);
    if (bytes < 0) {
      throw new IllegalArgumentException(path + ": " + text + " is below 0");
    }
    return Math.min(MemoryGroup.NO_LIMIT, bytes >>> shift);
  }

  private void reclaim(String path, String text, MemoryGroup group) {
    Matcher amount = AMOUNT.matcher(text);
    if (!amount.matches()) {
      throw new IllegalArgumentException(path + ": it takes a size, and swappiness=NUMBER");
    }
    long pages = pages(path, amount.group(1));
    String swappiness = amount.group(2);
    int chosen = swappiness == null ? -1 : (int) SysVm.number(path, swappiness, 0, MOST_SWAPPINESS);
    AtomicBoolean all = new AtomicBoolean();
    long before = group.usage();
    memory.onFreeCpu(cpu -> all.set(reclaim.reclaim(cpu, group, pages, chosen)));
    if (!all.get()) {
      long gone = Math.max(0, before - group.usage()) << shift;
      throw new IllegalArgumentException(
          path + ": " + gone + " bytes went, not " + (pages << shift) + ": EAGAIN");
    }
  }

  /** What the process has stays where it is. */
  private void move(String path, long pid, MemoryGroup group) {
    for (OomTask task : reclaim.oom().tasks()) {
      if (task.pid() == pid) {
        task.mm().task().group(group.id());
        return;
      }
    }
    throw new IllegalArgumentException(path + ": there is no process " + pid);
  }
}
