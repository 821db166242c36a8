package dev.quarry.replay.record;

import dev.quarry.replay.trace.TraceLine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/**
 * The events that are not the page allocator's: slab {@code ev.S}, faults {@code ev.F}, and all
 * others {@code ev.O}, as the recording's format has them.
 */
final class SideEvents implements AutoCloseable {
  /** Where x86-64 shows all physical memory, unless the kernel moves it at boot. */
  private static final long DIRECT_MAP = 0xffff_8880_0000_0000L;

  private static final long DIRECT_MAP_BYTES = 1L << 46;
  private static final Set<String> NO_POINTER =
      Set.of("(nil)", "(null)", "0x0", "0000000000000000");

  private final EventText slab;
  private final EventText faults;
  private final EventText others;
  private long wrong;

  SideEvents(Path folder) {
    this.slab = new EventText(folder.resolve("ev.S.txt"));
    this.faults = new EventText(folder.resolve("ev.F.txt"));
    this.others = new EventText(folder.resolve("ev.O.txt"));
  }

  /** Writes one event. */
  void add(TraceLine line) throws IOException {
    switch (line.event()) {
      case "kmalloc", "kmem_cache_alloc" -> slabAlloc(line);
      case "kfree", "kmem_cache_free" -> slabFree(line);
      case "page_fault_user" -> fault("u", line);
      case "page_fault_kernel" -> fault("k", line);
      default -> others.event("", line, (line.event() + " " + line.text()).strip());
    }
  }

  private void slabAlloc(TraceLine line) throws IOException {
    String requested = line.field("bytes_req");
    String allocated = line.field("bytes_alloc");
    boolean numbers = requested.matches("\\d{1,18}") && allocated.matches("\\d{1,18}");
    if (!numbers || !hasPointer(line)) {
      wrong++;
      return;
    }
    int site = site(line);
    if (line.event().equals("kmalloc")) {
      int gfp = slab.number("gfp", line.field("gfp_flags"), "", line);
      String sizes = " " + requested + " " + allocated + " ";
      slab.event("k", line, pointer(line) + sizes + gfp + " " + site);
      return;
    }
    int cache = slab.number("cache", cacheName(line), " " + requested + " " + allocated, line);
    int gfp = slab.number("gfp", line.field("gfp_flags"), "", line);
    slab.event("c", line, pointer(line) + " " + cache + " " + gfp + " " + site);
  }

  private void slabFree(TraceLine line) throws IOException {
    if (NO_POINTER.contains(line.field("ptr"))) {
      return; // kfree(NULL) frees nothing
    }
    if (!hasPointer(line)) {
      wrong++;
      return;
    }
    int site = site(line);
    if (line.event().equals("kfree")) {
      slab.event("f", line, pointer(line) + " " + site);
      return;
    }
    int cache = slab.number("cache", cacheName(line), " ? ?", line);
    slab.event("d", line, pointer(line) + " " + cache + " " + site);
  }

  private int site(TraceLine line) throws IOException {
    String function = line.field("call_site").split("/", 2)[0];
    return slab.number("site", function.isEmpty() ? "?" : function, "", line);
  }

  /** A cache's name may hold blanks. */
  private static String cacheName(TraceLine line) {
    int begin = line.text().indexOf(" name=");
    if (begin < 0) {
      return "?";
    }
    String name = line.text().substring(begin + " name=".length());
    int end = name.indexOf(" bytes_req=");
    return (end < 0 ? name : name.substring(0, end)).strip().replace(' ', '_');
  }

  private static boolean hasPointer(TraceLine line) {
    return line.field("ptr").matches("(0x)?[0-9a-f]{1,16}");
  }

  /** The physical address where the direct map shows it; else the virtual one behind v. */
  private static String pointer(TraceLine line) {
    long address = hex(line.field("ptr"));
    long offset = address - DIRECT_MAP;
    boolean mapped = offset >= 0 && offset < DIRECT_MAP_BYTES;
    return mapped ? Long.toHexString(offset) : "v" + Long.toHexString(address);
  }

  private static long hex(String digits) {
    return Long.parseUnsignedLong(digits.startsWith("0x") ? digits.substring(2) : digits, 16);
  }

  private void fault(String letter, TraceLine line) throws IOException {
    StringBuilder rest = new StringBuilder();
    for (String key : new String[] {"address", "ip", "error_code"}) {
      String digits = line.field(key);
      if (!digits.matches("(0x)?[0-9a-f]{1,16}")) {
        wrong++;
        return;
      }
      rest.append(' ').append(Long.toHexString(hex(digits)));
    }
    faults.event(letter, line, rest.substring(1));
  }

  /** How many events were written, of all kinds. */
  long events() {
    return slab.events() + faults.events() + others.events();
  }

  /** How many lacked what they should have. */
  long wrong() {
    return wrong;
  }

  @Override
  public void close() throws IOException {
    try (slab;
        faults;
        others) {
      // Each is closed, whatever happens to the others.
    }
  }
}
