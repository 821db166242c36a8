package dev.quarry.cli.commands;

import dev.quarry.kernel.Process;
import dev.quarry.physical.Zone;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.space.AddressSpaces;
import dev.quarry.virtual.space.Commitment;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.MapFlags;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.ProcessLimits;
import dev.quarry.virtual.space.SpaceSettings;
import java.util.Locale;

/** Which limit a mapping exceeds that was refused, with both numbers. */
final class WhyRefused {
  private final MmStruct mm;
  private final AddressSpaces spaces;
  private final long pages;

  private WhyRefused(MmStruct mm, long bytes) {
    this.mm = mm;
    this.spaces = mm.spaces();
    this.pages =
        (bytes >>> PageTableLayout.PAGE_SHIFT)
            + ((bytes & PageTableLayout.PAGE_SIZE - 1) == 0 ? 0 : 1);
  }

  /** The failure of a call that asked for so many bytes. */
  static ErrnoFailure of(Process process, long result, long bytes, long protection) {
    WhyRefused why = new WhyRefused(process.mm(), bytes);
    boolean writable = (protection & MapFlags.PROT_WRITE) != 0;
    int errno = (int) -result;
    return new ErrnoFailure(
        errno,
        switch (errno) {
          case Errno.ENOMEM -> why.noMemory(writable);
          case Errno.EAGAIN -> why.locked();
          default -> "";
        });
  }

  /** The limit that locking so many bytes exceeds, or nothing. */
  static String lock(Process process, long bytes) {
    WhyRefused why = new WhyRefused(process.mm(), bytes);
    long would = why.mm.lockedVm() + why.pages;
    long most = process.limits().memlock() >>> PageTableLayout.PAGE_SHIFT;
    return Long.compareUnsigned(would, most) > 0 ? why.locked() : "";
  }

  private String noMemory(boolean writable) {
    ProcessLimits limits = mm.limits();
    SpaceSettings settings = spaces.settings();
    if (Long.compareUnsigned(pages, mm.taskSize() >>> PageTableLayout.PAGE_SHIFT) > 0) {
      return "longer than the user's half of the addresses";
    }
    if (mm.mapCount() >= settings.maxMapCount()) {
      return numbers("areas", mm.mapCount(), "vm.max_map_count", settings.maxMapCount());
    }
    long all = mm.totalVm() + pages;
    if (Long.compareUnsigned(all, limits.addressSpace() >>> PageTableLayout.PAGE_SHIFT) > 0) {
      return numbers(
          "pages", all, "RLIMIT_AS", limits.addressSpace() >>> PageTableLayout.PAGE_SHIFT);
    }
    long data = mm.dataVm() + pages;
    if (writable && Long.compareUnsigned(data, limits.data() >>> PageTableLayout.PAGE_SHIFT) > 0) {
      return numbers(
          "data pages", data, "RLIMIT_DATA", limits.data() >>> PageTableLayout.PAGE_SHIFT);
    }
    return writable ? overcommit(settings) : "";
  }

  private String overcommit(SpaceSettings settings) {
    Commitment commitment = spaces.commitment();
    return switch (settings.overcommit()) {
      case ALWAYS -> "";
      case GUESS ->
          pages <= ramPages() ? "" : numbers("pages at once", pages, "all RAM", ramPages());
      case NEVER ->
          commitment.committedPages() + pages < commitment.limitPages()
              ? reserve(commitment)
              : numbers(
                  "promised pages",
                  commitment.committedPages() + pages,
                  "CommitLimit",
                  commitment.limitPages());
    };
  }

  private String reserve(Commitment commitment) {
    long reserve = spaces.settings().adminReserveKbytes() >> (PageTableLayout.PAGE_SHIFT - 10);
    long most = commitment.limitPages() - reserve;
    long would = commitment.committedPages() + pages;
    return would < most
        ? ""
        : numbers("promised pages", would, "CommitLimit less admin_reserve_kbytes", most);
  }

  private long ramPages() {
    return spaces.kernel().memory().zones().stream().mapToLong(Zone::managed).sum();
  }

  private String locked() {
    return numbers(
        "locked pages",
        mm.lockedVm() + pages,
        "RLIMIT_MEMLOCK",
        mm.limits().memlock() >>> PageTableLayout.PAGE_SHIFT);
  }

  private static String numbers(String what, long would, String limit, long most) {
    return String.format(Locale.ROOT, "%s would be %,d, %s is %,d", what, would, limit, most);
  }
}
