package dev.quarry.slab;

import dev.quarry.machine.Host;
import dev.quarry.machine.KernelLog;
import dev.quarry.slab.ObjectChecks.Finding;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the kernel's log says about misuse: {@code kfree_debugcheck}, {@code cache_from_obj}
 * (mm/slab.c, mm/slab.h) and {@code object_err}, {@code slab_err} (mm/slub.c, 6.1). Each method
 * returns false, the answer of the operation that was refused.
 */
final class SlabReports {
  private static final int BURST = 60;

  private static final int MOST_DUMPED = 128;
  private static final int MOST_LISTED = 32;
  private static final String RULE = "=".repeat(77) + "\n";
  private static final String DASHES = "-".repeat(77) + "\n";

  private final SlabCore core;
  private final DirectMemory memory;
  private final KernelLog log;
  private final AtomicLong count = new AtomicLong();

  SlabReports(SlabCore core) {
    this.core = core;
    this.memory = core.memory;
    this.log = core.physical.log();
  }

  /** How many misuses there were, written or not. */
  long count() {
    return count.get();
  }

  boolean badPointer(long object, String what) {
    return print(String.format(Locale.ROOT, "kfree_debugcheck: %s %016xh", what, object));
  }

  void panic(String cache) {
    log.print(
        "Kernel panic - not syncing: kmem_cache_create: Failed to create slab '" + cache + "'");
  }

  void tooLarge(long size, long most) {
    log.print(
        "kmalloc: " + size + " bytes are more than the " + most + " of the largest block of pages");
  }

  boolean wrongCache(long object, KmemCache expected, KmemCache actual) {
    return print(
        String.format(
            Locale.ROOT,
            "cache_from_obj: Wrong slab cache. %s but object %016x is from %s",
            expected.name(),
            object,
            actual.name()));
  }

  boolean noObject(long object, KmemCache cache, long slab) {
    return print(
        head(cache, "Invalid object pointer 0x" + hex(object))
            + slabLine(slab)
            + "FIX "
            + cache.name()
            + ": Object at 0x"
            + hex(object)
            + " not freed");
  }

  boolean doubleFree(long object, KmemCache cache, long slab, long raw) {
    return print(
        head(cache, "Object already free")
            + users(cache, raw)
            + slabLine(slab)
            + objectLine(object, slab)
            + "FIX "
            + cache.name()
            + ": Object at 0x"
            + hex(object)
            + " not freed");
  }

  /** Bytes in or around an object are not what they should be. */
  void corrupted(KmemCache cache, CheckedObjects checked, long raw, Finding finding) {
    long slab = slabOf(raw);
    long object = raw + cache.geometry().objectOffset();
    print(
        head(cache, finding.what())
            + String.format(
                Locale.ROOT,
                "0x%016x @offset=%d. First byte 0x%02x instead of 0x%02x\n",
                finding.at(),
                finding.at() - page(slab),
                memory.getByte(finding.at()),
                finding.expected())
            + users(cache, raw)
            + slabLine(slab)
            + objectLine(object, slab)
            + dump("Redzone ", raw, object - raw)
            + dump("Object  ", object, Math.min(MOST_DUMPED, cache.geometry().objectSize()))
            + dump(
                "Padding ",
                object + cache.geometry().objectSize(),
                raw + cache.geometry().size() - object - cache.geometry().objectSize())
            + "FIX "
            + cache.name()
            + ": Restoring "
            + finding.what().replace(" overwritten", "")
            + " 0x"
            + hex(finding.at()));
  }

  /** A cache is destroyed while objects of it are in use. */
  void stillInUse(KmemCache cache, List<LiveObject> objects) {
    StringBuilder text =
        new StringBuilder(head(cache, "Objects remaining on kmem_cache_destroy()"));
    for (LiveObject object : objects.subList(0, Math.min(MOST_LISTED, objects.size()))) {
      text.append(
          String.format(
              Locale.ROOT, "Object 0x%016x @offset=%d\n", object.address(), object.offset()));
      if (!object.allocatedBy().isEmpty()) {
        text.append("Allocated in ").append(object.allocatedBy()).append('\n');
      }
    }
    print(
        text
            + "kmem_cache_destroy "
            + cache.name()
            + ": Slab cache still has "
            + objects.size()
            + " objects");
  }

  private static String head(KmemCache cache, String what) {
    return RULE + "BUG " + cache.name() + " (Not tainted): " + what + "\n" + DASHES + "\n";
  }

  private String users(KmemCache cache, long raw) {
    CheckedObjects checked = cache.checked();
    if (checked == null || !checked.checks().keepsUsers()) {
      return "";
    }
    return "Allocated in "
        + checked.checks().allocator(raw)
        + "\nFreed in "
        + checked.checks().freer(raw)
        + "\n";
  }

  private long slabOf(long address) {
    return core.map.slab(core.pfnOf(address));
  }

  private long page(long slab) {
    return Host.getLong(memory.trusted(slab) + Slab.PAGE);
  }

  private String slabLine(long slab) {
    SlabView view = SlabView.of(core, slab);
    return String.format(
        Locale.ROOT,
        "Slab 0x%016x objects=%d used=%d fp=%d node=%d\n",
        slab,
        view.numbers().size(),
        view.inUse(),
        view.freeChain().isEmpty() ? -1 : view.freeChain().getFirst(),
        view.node());
  }

  private String objectLine(long object, long slab) {
    return String.format(Locale.ROOT, "Object 0x%016x @offset=%d\n", object, object - page(slab));
  }

  /** Bytes as {@code print_section} shows them, 16 a line. */
  private String dump(String title, long from, long bytes) {
    StringBuilder text = new StringBuilder();
    for (long at = from; at < from + bytes; at += 16) {
      text.append(String.format(Locale.ROOT, "%s %016x:", title, at));
      StringBuilder letters = new StringBuilder();
      for (long one = at; one < Math.min(at + 16, from + bytes); one++) {
        int value = memory.getByte(one) & 0xFF;
        text.append(String.format(Locale.ROOT, " %02x", value));
        letters.append(value >= ' ' && value < 0x7f ? (char) value : '.');
      }
      text.append("  ").append(letters).append('\n');
    }
    return text.toString();
  }

  private static String hex(long value) {
    return String.format(Locale.ROOT, "%016x", value);
  }

  boolean print(String text) {
    long number = count.incrementAndGet();
    if (number <= BURST) {
      log.print(text);
    }
    if (number == BURST) {
      log.print("slab error: further messages suppressed");
    }
    return false;
  }
}
