package dev.quarry.replay.refs;

import dev.quarry.kernel.Machine;
import dev.quarry.replay.pressure.PressureSettings;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.TableMemory;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.tlb.TlbModel;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** Plays a recording of references on a machine that is booted for it. */
public final class RefReplay {
  private static final double NANOS = 1e9;

  private final RefReader reader;
  private final RefOptions options;
  private final LongConsumer progress;

  private RefReplay(RefReader reader, RefOptions options, LongConsumer progress) {
    this.reader = reader;
    this.options = options;
    this.progress = progress;
  }

  /**
   * Plays all of it.
   *
   * @param name of the recording
   * @param progress is told how many bytes of the file were read
   * @throws RefException if the machine's memory is too small
   * @throws dev.quarry.replay.read.RecordingException if the recording cannot be read
   */
  public static RefResult play(
      RefReader reader, String name, RefOptions options, LongConsumer progress) {
    return new RefReplay(reader, options, progress).run(name);
  }

  /** The stack distances of all of it. */
  public static StackDistances distances(RefReader reader, LongConsumer progress) {
    StackDistances distances = new StackDistances();
    forEach(reader, progress, distances::take);
    return distances;
  }

  /** Adds the pages of all of it to a trace; the stack distances. */
  public static StackDistances touches(RefReader reader, Optimum trace, LongConsumer progress) {
    StackDistances distances = new StackDistances();
    forEach(
        reader,
        progress,
        batch -> {
          trace.take(batch);
          distances.take(batch);
        });
    return distances;
  }

  private static void forEach(RefReader reader, LongConsumer progress, Consumer<RefBatch> take) {
    RefBatch batch = new RefBatch();
    while (reader.next(batch)) {
      take.accept(batch);
      progress.accept(reader.fileBytesRead());
    }
  }

  private RefResult run(String name) {
    if (!options.machine().contents()) {
      throw new RefException(
          options.machine().name() + ": a process needs a machine whose memory has contents");
    }
    PressureSettings pressure = options.settings().pressure();
    try (Machine machine = Machine.boot(pressure.on(options.machine()))) {
      pressure.begin(machine);
      TableMemory memory = machine.kernelSpace().tables().memory();
      requireWide(memory.layout());
      long tablesBefore = memory.tables();
      RefPlayer player = new RefPlayer(machine, options.settings(), options.window());
      long start = System.nanoTime();
      forEach(reader, progress, player::play);
      player.end();
      double seconds = (System.nanoTime() - start) / NANOS;
      return result(name, machine, player, memory.tables() - tablesBefore, seconds);
    }
  }

  private void requireWide(PageTableLayout layout) {
    if (layout != PageTableLayout.X86_64) {
      throw new RefException(
          options.machine().name()
              + " has addresses of 32 bits; references have up to 47 and need one of 64");
    }
  }

  private RefResult result(
      String name, Machine machine, RefPlayer player, long tables, double seconds) {
    MmStruct mm = player.process().mm();
    TlbModel model = options.settings().tlb();
    var tlbs = machine.tlbs();
    return new RefResult(
        name,
        reader.command(),
        options,
        List.of(player.totals[0], player.totals[1], player.totals[2], player.totals[3]),
        player.crossings(),
        List.of(
            (long) player.pagesUsed(),
            player.pagesUsed(RefPlayer.LOADED),
            player.pagesUsed(RefPlayer.STORED),
            player.pagesUsed(RefPlayer.FETCHED)),
        player.faults,
        mm.mapCount(),
        player.areas().widened(),
        player.residentPages(),
        marked(mm, Pte.ACCESSED),
        marked(mm, Pte.DIRTY),
        tables << PageTableLayout.PAGE_SHIFT,
        tlbs == null ? null : tlbs.total(),
        model == null ? 0 : model.levels(),
        player.windows,
        player.pressure(),
        reader.problems().report(),
        reader.problems().total(),
        seconds,
        player.invariants(machine));
  }

  /** Pages of 4 KiB whose entries have a bit. */
  private static long marked(MmStruct mm, long bit) {
    TableMemory memory = mm.tables().memory();
    PageTableLayout layout = memory.layout();
    long[] pages = {0};
    mm.tables()
        .forEachRun(
            0,
            mm.taskSize() >>> PageTableLayout.PAGE_SHIFT,
            (address, slot, entries, level) -> {
              for (int i = 0; i < entries; i++) {
                long entry = memory.entry(slot + (long) i * layout.pointerBytes());
                boolean counts = Pte.isPresent(entry) && (entry & bit) != 0;
                pages[0] += counts ? layout.pages(level) : 0;
              }
            });
    return pages[0];
  }
}
