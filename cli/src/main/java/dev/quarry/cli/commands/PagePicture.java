package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Processes;
import dev.quarry.physical.FrameKind;
import dev.quarry.physical.MemMap;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Zone;
import dev.quarry.virtual.cache.BufferHeads;
import dev.quarry.virtual.cache.PageCache;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A page descriptor, word by word: {@code dump_page}, and the buffers that its private leads to.
 */
final class PagePicture {
  /** Names of bits that {@code /proc/kpageflags} has beside those of {@link PageState}. */
  private static final Map<Integer, String> FLAGS = new TreeMap<>();

  static {
    List<String> low =
        List.of(
            "LOCKED ERROR REFERENCED UPTODATE DIRTY LRU ACTIVE SLAB WRITEBACK RECLAIM BUDDY MMAP"
                .split(" "));
    List<String> high =
        List.of(
            ("ANON SWAPCACHE SWAPBACKED COMPOUND_HEAD COMPOUND_TAIL HUGE UNEVICTABLE HWPOISON NOPAGE"
                    + " KSM THP OFFLINE ZERO_PAGE IDLE PGTABLE")
                .split(" "));
    for (String name : low) {
      FLAGS.put(FLAGS.size(), name);
    }
    for (String name : high) {
      FLAGS.put(FLAGS.size(), name);
    }
    FLAGS.put(32, "RESERVED");
    FLAGS.put(35, "PRIVATE");
  }

  private final Machine machine;
  private final MemMap map;
  private final int pfn;
  private final StringBuilder out = new StringBuilder();

  private PagePicture(Machine machine, int pfn) {
    this.machine = machine;
    this.map = machine.memory().map();
    this.pfn = pfn;
  }

  static Value draw(Call call, Session session) {
    call.atMost(3);
    Machine machine = Booted.machine(session);
    if (call.size() > 2) {
      FileValue file = call.read(1, "a file", PagePicture::file);
      int index = call.number(2, "a page's index", 0, Integer.MAX_VALUE);
      int[] found = {Pfn.NONE};
      file.file().cache().forEach((at, pfn) -> found[0] = at == index ? pfn : found[0]);
      return found[0] == Pfn.NONE
          ? new Refused("page " + index + " of " + file.file().name() + " is not in memory")
          : new Value.Text(new PagePicture(machine, found[0]).drawn());
    }
    int last = machine.spec().endPfn() - 1;
    return new Value.Text(new PagePicture(machine, call.number(1, "a frame", 0, last)).drawn());
  }

  private static FileValue file(Value value) {
    if (value instanceof FileValue file) {
      return file;
    }
    throw new IllegalArgumentException("\"" + value.word() + "\" is no open file");
  }

  private void line(String name, String text) {
    out.append(String.format(Locale.ROOT, "%n  %-10s %s", name, text));
  }

  private String drawn() {
    Zone zone = machine.memory().zoneOf(pfn);
    FrameKind kind = machine.memory().kindOf(pfn);
    String where = zone == null ? "no zone" : "Node " + zone.node().id() + " zone " + zone.label();
    out.append("frame ").append(pfn).append(" in ").append(where).append(": ");
    out.append(kind.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    long state = map.state(pfn);
    if (PageState.isHead(state)) {
      out.append(", order ").append(PageState.order(state));
    }
    line("flags", flags());
    line("_refcount", Integer.toString(PageState.refcount(state)));
    line("_mapcount", map.mapcount(pfn) + (map.mapcount(pfn) == 1 ? " entry" : " entries"));
    if (kind == FrameKind.ALLOCATED) {
      owner((int) state);
    }
    return out.toString();
  }

  private String flags() {
    long word = machine.files().words("/proc/kpageflags").orElseThrow().word(pfn);
    List<String> names = new ArrayList<>();
    FLAGS.forEach((bit, name) -> {
      if ((word & 1L << bit) != 0) {
        names.add("KPF_" + name);
      }
    });
    return names.isEmpty() ? "none" : String.join(" ", names);
  }

  private void owner(int flags) {
    Processes processes = machine.processesOrNull();
    if ((flags & PageState.SLAB) != 0) {
      line(
          "mapping",
          "slab cache "
              + machine.slab().caches().stream()
                  .filter(cache -> cache.id() == map.mapping(pfn))
                  .map(cache -> cache.name())
                  .findFirst()
                  .orElse("?"));
    } else if (processes != null && (flags & PageState.ANON) != 0) {
      line("mapping", String.format(Locale.ROOT, "anon_vma 0x%x", processes.pages().anonVma(pfn)));
      line("index", String.format(Locale.ROOT, "0x%x", map.index(pfn) & 0xFFFF_FFFFL));
      if ((flags & PageState.SWAPCACHE) != 0) {
        line("private", "swap " + machine.reclaim().swap().areas().place(map.privateWord(pfn)));
      }
    } else if (processes != null && map.mapping(pfn) != 0) {
      PageCache cache = processes.pages().caches().of(pfn);
      line("mapping", "page cache of inode " + cache.handle());
      line("index", Integer.toUnsignedString(map.index(pfn)));
      buffers(cache, processes.pages().caches().buffers());
    }
  }

  private void buffers(PageCache cache, BufferHeads heads) {
    if (cache.buffers().ownReferences(pfn) == 1) {
      line("private", "no buffers");
      return;
    }
    String name = "private";
    for (BufferHeads.Buffer buffer : heads.of(pfn)) {
      line(
          name,
          String.format(
              Locale.ROOT,
              "buffer_head 0x%x: block %d, %d bytes%s",
              buffer.address(),
              buffer.block(),
              buffer.bytes(),
              buffer.dirty() ? ", dirty" : ""));
      name = "";
    }
  }
}
