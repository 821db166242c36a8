package dev.quarry.observe;

import dev.quarry.machine.Sizes;
import dev.quarry.machine.stall.Resource;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.reclaim.Reclaim;
import dev.quarry.reclaim.group.GroupEvent;
import dev.quarry.reclaim.group.MemoryGroup;
import dev.quarry.reclaim.oom.GroupText;
import dev.quarry.reclaim.oom.OomTask;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files of groups of processes below {@code /sys/fs/cgroup}: {@code memory_files}
 * (mm/memcontrol.c), {@code cgroup.procs} (kernel/cgroup/cgroup.c, 6.18). Sizes are bytes, whole
 * pages; {@code max} is no limit.
 */
final class GroupFiles {
  private static final Pattern PATH = Pattern.compile("/sys/fs/cgroup(/.+)?/([a-z.]+)");
  private static final String PROCS = "cgroup.procs";
  private static final String MAX = "memory.max";
  private static final String HIGH = "memory.high";
  private static final String TOGETHER = "memory.oom.group";
  private static final String RECLAIM = "memory.reclaim";
  private static final List<String> WRITABLE = List.of(PROCS, MAX, HIGH, TOGETHER, RECLAIM);
  private static final String NO_LIMIT = "max";

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
    String name = matcher.group(2);
    if (name.equals(PROCS)) {
      return Optional.of(processes(group));
    }
    return group.isRoot() ? Optional.empty() : limited(group, name);
  }

  private @Nullable MemoryGroup find(@Nullable String path) {
    return reclaim.groups().find(path == null ? "" : path);
  }

  private Optional<String> limited(MemoryGroup group, String name) {
    return switch (name) {
      case "memory.current" -> line(group.usage() << shift);
      case "memory.peak" -> line(group.peak() << shift);
      case MAX -> size(group.max());
      case HIGH -> size(group.high());
      case TOGETHER -> line(group.killsAll() ? 1 : 0);
      case "memory.pressure" -> Optional.of(group.pressure().text(Resource.MEMORY));
      case "io.pressure" -> Optional.of(group.pressure().text(Resource.IO));
      case "memory.events" -> Optional.of(events(group));
      case "memory.stat" -> Optional.of(new GroupText(memory, reclaim.groups()).stat(group));
      default -> Optional.empty();
    };
  }

  private static Optional<String> line(long value) {
    return Optional.of(value + "\n");
  }

  private Optional<String> size(long pages) {
    return pages == MemoryGroup.NO_LIMIT ? Optional.of(NO_LIMIT + "\n") : line(pages << shift);
  }

  private static String events(MemoryGroup group) {
    StringBuilder out = new StringBuilder("low 0\n"); // nothing is protected
    for (GroupEvent event : GroupEvent.values()) {
      out.append(event.label()).append(' ').append(group.events(event)).append('\n');
    }
    return out.toString();
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
    String name = matcher.group(2);
    if (name.equals(PROCS)) {
      move(path, SysVm.number(path, text, 0, Integer.MAX_VALUE), group);
      return;
    }
    if (group.isRoot()) {
      throw new IllegalArgumentException(path + ": the root has no limits");
    }
    switch (name) {
      case MAX -> {
        group.max(pages(path, text.strip()));
        shrinkTo(group, group.max());
      }
      case HIGH -> {
        group.high(pages(path, text.strip()));
        shrinkTo(group, group.high());
      }
      case TOGETHER -> group.killsAll(SysVm.number(path, text, 0, 1) == 1);
      default -> shrinkTo(group, group.usage() - pages(path, text.strip()));
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

  /** A limit below what is used is reached by reclaim, as far as that brings something. */
  private void shrinkTo(MemoryGroup group, long pages) {
    AtomicLong freed = new AtomicLong(1);
    while (group.usage() > Math.max(0, pages) && freed.get() > 0) {
      freed.set(0);
      memory.onFreeCpu(
          cpu -> freed.set(reclaim.reclaim(cpu, group, group.usage() - Math.max(0, pages))));
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
