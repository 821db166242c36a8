package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.RssKind;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A process that a command made. */
record ProcessValue(Machine machine, Process process) implements Value.Thing {
  private static final List<String> NUMBERS =
      List.of(
          "pid",
          "areas",
          "pages",
          "rss",
          "rss_anon",
          "rss_file",
          "rss_shmem",
          "swap",
          "tables",
          "locked",
          "min_flt",
          "maj_flt",
          "users");

  private static final List<String> ADDRESSES = List.of("brk", "start_brk", "mmap_base", "stack");

  /** Whether it has not ended. */
  boolean isRunning() {
    boolean known = machine.processes().find(process.pid()).filter(p -> p == process).isPresent();
    return known && !process.mm().task().isVictim();
  }

  @Override
  public String show() {
    if (!isRunning()) {
      return process + ", gone";
    }
    MmStruct mm = process.mm();
    return process
        + ": "
        + Counted.of(mm.mapCount(), "area")
        + " of "
        + Counted.of(mm.totalVm(), "page")
        + ", "
        + mm.rssPages()
        + " resident; mmap_base "
        + KernelArea.hex(mm.mmapBase())
        + ", heap from "
        + KernelArea.hex(mm.startBrk());
  }

  @Override
  public String word() {
    return Integer.toString(process.pid());
  }

  @Override
  public List<String> fields() {
    return Stream.of(NUMBERS, ADDRESSES, List.of("state")).flatMap(List::stream).toList();
  }

  @Override
  public Optional<Value> field(String name) {
    if (name.equals("state")) {
      return Optional.of(new Text(isRunning() ? "running" : "gone"));
    }
    if (name.equals("pid")) {
      return Optional.of(new Number(process.pid()));
    }
    if (!isRunning()) {
      throw new IllegalArgumentException(process + " is gone");
    }
    MmStruct mm = process.mm();
    return NUMBERS.contains(name) ? number(mm, name) : address(mm, name);
  }

  private static Optional<Value> number(MmStruct mm, String name) {
    long number =
        switch (name) {
          case "areas" -> mm.mapCount();
          case "pages" -> mm.totalVm();
          case "rss" -> mm.rssPages();
          case "rss_anon" -> mm.rss(RssKind.ANON);
          case "rss_file" -> mm.rss(RssKind.FILE);
          case "rss_shmem" -> mm.rss(RssKind.SHMEM);
          case "swap" -> mm.rss(RssKind.SWAP);
          case "tables" -> TableWalk.tables(mm);
          case "locked" -> mm.lockedVm();
          case "min_flt" -> mm.minFaults();
          case "maj_flt" -> mm.majFaults();
          default -> mm.users();
        };
    return Optional.of(new Number(number));
  }

  private static Optional<Value> address(MmStruct mm, String name) {
    return switch (name) {
      case "brk" -> hex(mm.brk());
      case "start_brk" -> hex(mm.startBrk());
      case "mmap_base" -> hex(mm.mmapBase());
      case "stack" -> hex(mm.startStack());
      default -> Optional.empty();
    };
  }

  private static Optional<Value> hex(long address) {
    return Optional.of(new Text(KernelArea.hex(address)));
  }
}
