package dev.quarry.replay.twin;

import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.SpecException;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.read.RecordingFiles;
import dev.quarry.replay.read.RecordingMeta;
import dev.quarry.replay.snapshot.BuddyInfo;
import dev.quarry.replay.snapshot.Finding;
import dev.quarry.replay.snapshot.FreeBlocks;
import dev.quarry.replay.snapshot.Snapshot;
import dev.quarry.replay.snapshot.SnapshotChecks;
import dev.quarry.replay.snapshot.SnapshotMachine;
import dev.quarry.replay.snapshot.ZoneInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The files of a folder that a twin is made of, and what is said of those that are missing. */
final class TwinFiles {
  private final Path folder;
  private final List<String> notes = new ArrayList<>();
  private Snapshot snapshot;

  private TwinFiles(Path folder) {
    this.folder = folder;
    this.snapshot = Snapshot.readAvailable(folder, true);
  }

  /**
   * Reads them.
   *
   * @throws RecordingException if a file that is needed is missing, or one contradicts itself
   */
  static TwinFiles read(Path folder) {
    TwinFiles files = new TwinFiles(folder);
    files.requireZones();
    files.dropHeadsOnly();
    for (Finding finding : SnapshotChecks.requireUsable(files.snapshot)) {
      files.notes.add(finding.toString());
    }
    files.sayWhatIsMissing();
    return files;
  }

  Snapshot snapshot() {
    return snapshot;
  }

  List<String> notes() {
    return notes;
  }

  /** The machine, with the settings of {@code sys/vm}. */
  SnapshotMachine machine() {
    RecordingMeta meta = Identity.of(folder, snapshot, notes);
    SnapshotMachine derived = SnapshotMachine.derive(snapshot.name(), snapshot, meta);
    List<String> settings = VmSettings.read(folder);
    if (settings.isEmpty()) {
      notes.add("no sys/vm: watermark_boost_factor and the like are as Linux begins with");
    }
    MachineSpec spec = withSettings(derived.spec().checked(), settings);
    MachineSpec placed = NodeFiles.apply(folder, spec);
    List<String> told = new ArrayList<>(derived.notes());
    if (NodeFiles.areThere(folder)) {
      told.removeIf(note -> note.startsWith(SnapshotMachine.NODES_UNKNOWN));
    }
    return new SnapshotMachine(placed, told);
  }

  private static MachineSpec withSettings(MachineSpec spec, List<String> settings) {
    try {
      return MachineSpecReader.with(spec, settings);
    } catch (SpecException e) {
      throw new RecordingException("sys/vm", String.join(", ", settings) + ": " + e.getMessage());
    }
  }

  private void requireZones() {
    if (snapshot.zoneInfo().isEmpty()) {
      boolean there = RecordingFiles.find(folder, "zoneinfo").isPresent();
      throw new RecordingException(
          folder.toString(),
          there
              ? "zoneinfo may not be read: without it the zones are not known"
              : "holds no zoneinfo, without which the zones are not known; found "
                  + RecordingFiles.listing(folder));
    }
  }

  /** Up to 4.5, kpageflags marks the first frame of a free block alone. */
  private void dropHeadsOnly() {
    if (snapshot.freeBlocks().isEmpty() || snapshot.buddyInfo().isEmpty()) {
      return;
    }
    long counted =
        snapshot.buddyInfo().get().zones().stream().mapToLong(BuddyInfo.Zone::pages).sum();
    long placed = 0;
    for (FreeBlocks.Zone zone : snapshot.freeBlocks().get().zones()) {
      for (FreeBlocks.Order order : zone.orders()) {
        placed += (long) order.blocks().size() << order.order();
      }
    }
    if (placed < counted / 2) {
      notes.add(
          String.format(
              Locale.ROOT,
              "free_blocks and kpageflags are not used: they know %,d free pages, buddyinfo %,d",
              placed,
              counted));
      snapshot = snapshot.withoutPlaces();
    }
  }

  private void sayWhatIsMissing() {
    missing(
        snapshot.buddyInfo(),
        "buddyinfo",
        "free blocks are those of pagetypeinfo, which stops at 100,000 of a kind");
    missing(
        snapshot.pageTypeInfo(),
        "pagetypeinfo",
        "all free blocks count as movable, and no pageblock as reserved");
    Optional<?> places = snapshot.exact().isPresent() ? snapshot.exact() : snapshot.freeBlocks();
    missing(places, "kpageflags", "which free and used pages lie side by side is made up");
    long listed = listedPages(snapshot.zoneInfo().orElseThrow());
    if (snapshot.exact().isEmpty() && listed > 0) {
      notes.add(
          String.format(
              Locale.ROOT,
              "the %,d pages on per-CPU lists count as used, though a CPU could have its own",
              listed));
    }
  }

  private void missing(Optional<?> part, String file, String cost) {
    if (part.isEmpty()) {
      boolean there = RecordingFiles.find(folder, file).isPresent();
      boolean readable = there && Files.isReadable(RecordingFiles.find(folder, file).orElseThrow());
      notes.add(
          (there && !readable ? file + " may be read by root alone: " : "no " + file + ": ")
              + cost);
    }
  }

  private static long listedPages(ZoneInfo zoneInfo) {
    return zoneInfo.populated().stream()
        .flatMap(zone -> zone.pageSets().stream())
        .mapToLong(ZoneInfo.PageSet::count)
        .sum();
  }
}
